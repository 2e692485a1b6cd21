namespace Godwit.Redis.Connections;

/// <summary>How often in a row it went wrong, which is how long the next try is waited for. A connection that held starts anew; one that held and then went silent is one failure.</summary>
internal sealed class FailureCount(TimeProvider time)
{
    /// <summary>A connection that held for so long is no failure.</summary>
    private static readonly TimeSpan s_held = TimeSpan.FromSeconds(1);

    private long _began;

    public int Count { get; private set; }

    /// <summary>From here on it is counted how long the connection holds: what making it took says nothing.</summary>
    public void Connected() => _began = time.GetTimestamp();

    /// <param name="connection">The one that it went wrong on; null when none was made.</param>
    /// <param name="silent">An answer was waited for in vain.</param>
    public void Failed(RedisConnection? connection = null, bool silent = false)
    {
        if (connection is null)
            Count++;
        else
            Ended(connection, silent);
    }

    /// <summary>Silence is not holding: a connection that stalled held for as long as anything came.</summary>
    public void Ended(RedisConnection connection, bool silent = false)
    {
        var stalled = silent || connection.Closed is { IsCompletedSuccessfully: true, Result.Stalled: true };
        var held = stalled ? time.GetElapsedTime(_began, Math.Max(_began, connection.LastHeard)) : time.GetElapsedTime(_began);
        if (held >= s_held)
            Count = 0;
        if (held < s_held || stalled)
            Count++;
    }
}
