namespace Godwit.Engine.Backfill;

/// <summary>How a backfill is carried out; nothing here changes what it writes.</summary>
public sealed record BackfillOptions
{
    public int MinimumRows { get; init; } = BatchSize.DefaultMinimum;

    public int MaximumRows { get; init; } = BatchSize.DefaultMaximum;

    public PaceSettings Pace { get; init; } = new();

    public ProbeSettings? Probe { get; init; }

    /// <summary>statement_timeout of each statement of a batch.</summary>
    public TimeSpan StatementTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>lock_timeout of each statement of a batch.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(5);

    public string? SearchPath { get; init; }

    /// <summary>The share of rows that may fail, 0 to 1; one more stops the step.</summary>
    public decimal FailureShare { get; init; }

    /// <summary>How often the table is gone through at most; it ends sooner when a pass had nothing to write.</summary>
    public int Passes { get; init; } = 2;
}

/// <summary>A statement whose time says how the application fares.</summary>
/// <param name="Sql">What the application asks often.</param>
/// <param name="PerSecond">How often it is asked.</param>
/// <param name="Window">Over how long its p99 is taken.</param>
/// <param name="Baseline">How long it is measured before the first batch.</param>
public sealed record ProbeSettings(string Sql, int PerSecond, TimeSpan Window, TimeSpan Baseline);
