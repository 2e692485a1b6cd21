using Godwit.Model.Moves;

namespace Godwit.Sqlite.Planning;

/// <summary>What the user decided about a move.</summary>
public sealed record PlanOptions
{
    /// <summary>The schema of the target.</summary>
    public string Schema { get; init; } = "public";

    /// <summary>Only these tables; null for all.</summary>
    public IReadOnlyList<string>? Tables { get; init; }

    public MapFile Map { get; init; } = MapFile.Empty;

    public IReadOnlyList<Acceptance> Accept { get; init; } = [];

    /// <summary>Rows with a value that cannot go over go to quarantine instead of stopping the plan.</summary>
    public bool Quarantine { get; init; }

    /// <summary>Rows in quarantine, over all tables, that a plan holds. More is not an exception among the rows but a column that wants mapping.</summary>
    public int MostQuarantined { get; init; } = 1_000_000;

    public NameStyle Names { get; init; }

    /// <summary>The unit of the copy that commits at once: enough rows to be fast, few enough to be done again after a crash.</summary>
    public const long DefaultRowsPerRange = 250_000;

    /// <summary>Rows after which a range of the copy is cut.</summary>
    public long RowsPerRange { get; init; } = DefaultRowsPerRange;
}
