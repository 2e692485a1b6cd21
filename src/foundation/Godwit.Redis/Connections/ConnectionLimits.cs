namespace Godwit.Redis.Connections;

/// <summary>What one connection holds at most.</summary>
public sealed record ConnectionLimits
{
    public static readonly ConnectionLimits Default = new();

    /// <summary>Commands that were sent and are not answered. One that nobody waits for any more counts until its answer has come.</summary>
    public int MostInFlight { get; init; } = 4096;

    /// <summary>Commands that wait, in their order, for room among those in flight; beyond them a command fails at once.</summary>
    public int MostWaiting { get; init; } = 16384;

    /// <summary>Bytes of those that wait, together; a single larger command waits where nothing else does.</summary>
    public int MostWaitingBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Bytes that are collected while others are written.</summary>
    public int MostOutgoing { get; init; } = 1024 * 1024;

    /// <summary>
    /// How long after its time is up a command may stay without an answer, and how long nothing at all may come meanwhile, before the connection is taken for dead. Time in which this process itself stood still is not counted.
    /// </summary>
    public TimeSpan StalledAfter { get; init; } = TimeSpan.FromSeconds(1);
}
