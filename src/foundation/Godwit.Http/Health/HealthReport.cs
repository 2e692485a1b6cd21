namespace Godwit.Http.Health;

/// <summary>What the checks saw, of the last second.</summary>
/// <param name="Checks">By name; true is well.</param>
public sealed record HealthReport(HealthState State, IReadOnlyList<(string Name, bool Passed)> Checks);

public enum HealthState
{
    Ready,

    /// <summary>Ready, and something that can be done without is not there.</summary>
    Degraded,

    /// <summary>Something vital is not there.</summary>
    NotReady,

    /// <summary>It was told to stop: no new work may come.</summary>
    Stopping,
}
