namespace Godwit.Postgres.Runs;

/// <summary>How long a lease lasts without a sign of life, and how often its holder gives one.</summary>
/// <param name="Expiry">By the database's clock. The holder's lease row says it, so a successor goes by the holder's terms and not by its own.</param>
public sealed record LeaseTerms(TimeSpan Expiry)
{
    private const int BeatsPerExpiry = 6;

    /// <summary>Long enough for a busy server's checkpoint, short enough to wait for.</summary>
    public static LeaseTerms Default { get; } = new(TimeSpan.FromSeconds(30));

    public TimeSpan Interval => Expiry / BeatsPerExpiry;

    /// <summary>How long one sign of life may take: a connection that never answers must not take the next one's time.</summary>
    public TimeSpan Attempt => Expiry / 3;
}
