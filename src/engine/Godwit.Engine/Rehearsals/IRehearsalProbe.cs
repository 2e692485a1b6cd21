namespace Godwit.Engine.Rehearsals;

/// <summary>Looks at a copy while it is worked on, in sessions of its own.</summary>
public interface IRehearsalProbe
{
    /// <summary>From here on, what is seen belongs to a new step. Called from the runner's flow.</summary>
    void Begin();

    /// <summary>What was seen since <see cref="Begin"/>.</summary>
    ProbeSight End();

    LockSampling Sampling { get; }
}

/// <param name="WalBytes">By how much the log grew.</param>
public sealed record ProbeSight(long WalBytes, IReadOnlyList<RehearsedLock> Locks);
