namespace Godwit.Engine.Steps;

/// <summary>What carrying out a step may touch.</summary>
public enum StepReach
{
    /// <summary>Something beyond the target and the runbook's folder, or nobody has said: an application, a proxy, a service, a program.</summary>
    Outside,

    /// <summary>
    /// The target database, files below the runbook's folder, and sources that its kind names (<see cref="IReadsSources"/>, or the step that it goes on with): nothing of which a
    /// rehearsal has no copy.
    /// </summary>
    Inside,
}
