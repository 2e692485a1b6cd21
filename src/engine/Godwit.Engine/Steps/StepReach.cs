namespace Godwit.Engine.Steps;

/// <summary>What carrying out a step may touch.</summary>
public enum StepReach
{
    /// <summary>Something beyond the target and the runbook's folder, or nobody has said: an application, a proxy, a service, a program.</summary>
    Outside,

    /// <summary>The target database and files below the runbook's folder, and nothing else.</summary>
    Inside,
}
