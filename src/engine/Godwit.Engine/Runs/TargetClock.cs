namespace Godwit.Engine.Runs;

/// <summary>The target's clock: times of a run compare with it and no other, since the machines of its runners may disagree.</summary>
public static class TargetClock
{
    private static readonly SessionTerms s_terms = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(2));

    /// <exception cref="TargetFaultException">The target does not answer.</exception>
    public static Task<DateTimeOffset> ReadAsync(IRunTarget target, CancellationToken cancellation) => target.InTransactionAsync(s_terms, ReadAsync, cancellation);

    /// <summary>Of one transaction it is the time of its beginning.</summary>
    public static async Task<DateTimeOffset> ReadAsync(IRunTransaction transaction, CancellationToken cancellation) => (await transaction.QueryAsync("SELECT CURRENT_TIMESTAMP", 1, cancellation))[0][0] switch
    {
        DateTime time => new DateTimeOffset(time.ToUniversalTime(), TimeSpan.Zero),
        DateTimeOffset time => time,
        _ => throw new InvalidOperationException("the target's clock did not answer with a time"),
    };
}
