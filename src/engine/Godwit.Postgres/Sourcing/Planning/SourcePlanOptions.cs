using Godwit.Model.Findings;
using Godwit.Model.Moves;

namespace Godwit.Postgres.Sourcing.Planning;

/// <summary>What the user decided about a move from PostgreSQL.</summary>
public sealed record SourcePlanOptions
{
    /// <summary>The schema of the target.</summary>
    public required string Schema { get; init; }

    /// <summary>Only these tables; null for all.</summary>
    public IReadOnlyList<string>? Tables { get; init; }

    /// <summary>Of a mapping file only the names of tables are for such a source.</summary>
    public MapFile Map { get; init; } = MapFile.Empty;

    /// <summary>Whether a finding is accepted, by its code and the names it goes by.</summary>
    public Func<FindingCode, IReadOnlyList<string>, bool> IsAccepted { get; init; } = (_, _) => false;

    /// <summary>Names in lower case, and rows in quarantine: neither is for such a source.</summary>
    public bool LowerNames { get; init; }

    public bool Quarantine { get; init; }

    /// <summary>The target's schema is the source's own: types and functions that a table needs are there already.</summary>
    public bool InPlace { get; init; }

    /// <summary>Rows after which a range of the copy is cut, where a table has a key of one integer.</summary>
    public long RowsPerRange { get; init; } = 250_000;
}

/// <param name="Plan">Null when a finding is an error.</param>
/// <param name="Findings">Everything that was seen, all at once.</param>
/// <param name="NotMoved">What is left behind, also when there is no plan.</param>
/// <param name="TargetNames">What the tables would be called, also when there is no plan.</param>
public sealed record SourcePlanResult(MovePlan? Plan, IReadOnlyList<Finding> Findings, IReadOnlyList<NotMoved> NotMoved, IReadOnlyList<string> TargetNames);
