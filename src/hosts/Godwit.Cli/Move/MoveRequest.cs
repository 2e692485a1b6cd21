using Godwit.Sqlite.Planning;

namespace Godwit.Cli.Move;

/// <summary>What the user asked for.</summary>
internal sealed record MoveRequest
{
    /// <summary>A file, or the URL of a PostgreSQL database: without password too.</summary>
    public required string From { get; init; }

    /// <summary>The source's schema, where the source is PostgreSQL.</summary>
    public string FromSchema { get; init; } = "public";

    /// <summary>The target's URL as given; it never holds a password, since such a one is refused.</summary>
    public required string To { get; init; }

    public string Schema { get; init; } = "public";

    public IReadOnlyList<string> Tables { get; init; } = [];

    public string? MapFile { get; init; }

    public IReadOnlyList<string> Accept { get; init; } = [];

    public string Names { get; init; } = "exact";

    public bool Quarantine { get; init; }

    public bool Paranoid { get; init; }

    public bool DryRun { get; init; }

    public int Jobs { get; init; } = 2;

    public bool Json { get; init; }

    public bool ShowValues { get; init; }

    public string? CertificateFile { get; init; }

    public string? NotMovedFile { get; init; }

    /// <summary>Whether applications write to the source meanwhile.</summary>
    public bool Live { get; init; }

    /// <summary>Only to measure what hashing costs.</summary>
    public bool NoHash { get; init; }

    /// <summary>How much of the time all jobs together work, above 0; 1 holds nothing back.</summary>
    public double Share { get; init; } = 1;

    /// <summary>Rows after which a range of the copy is cut; tests make it small.</summary>
    public long RangeRows { get; init; } = PlanOptions.DefaultRowsPerRange;
}
