namespace Godwit.Engine.Journal.Export;

public enum ExportStatus
{
    /// <summary>The sink holds what the journal held when it was last looked at.</summary>
    UpToDate,

    /// <summary>Entries are on their way.</summary>
    Behind,

    /// <summary>The last attempts failed; it is tried again after a while.</summary>
    Failing,

    /// <summary>The sink refuses, and trying again would not help.</summary>
    Refused,

    /// <summary>
    /// The sink holds entries that the journal does not, and no attested fork gives them up: the database was restored, or the journal was rewritten. Nothing is sent.
    /// </summary>
    Rewound,
}

/// <summary>How an export stands, for <c>status</c>: it never fails the run.</summary>
/// <param name="Sink">Where it goes.</param>
/// <param name="Status">Whether it gets there.</param>
/// <param name="Sent">The last entry that the sink has confirmed.</param>
/// <param name="SucceededAt">When a batch was last taken, or nothing was left to send.</param>
/// <param name="Failures">Attempts that failed since.</param>
/// <param name="Problem">The last one's message.</param>
public sealed record ExportState(string Sink, ExportStatus Status, long Sent, DateTimeOffset? SucceededAt, int Failures, string? Problem);

/// <summary>Limits of an export.</summary>
public sealed record ExportTerms
{
    public static ExportTerms Default { get; } = new();

    /// <summary>Entries of a batch. Heads come on top, and are fewer.</summary>
    public int BatchEntries { get; init; } = 500;

    /// <summary>Attempts at a batch, one after another.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>Pause after the first failed attempt; it doubles.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How often the journal is looked at when nobody says that there is something, and how long a sink that failed is left alone.</summary>
    public TimeSpan Rest { get; init; } = TimeSpan.FromSeconds(10);
}
