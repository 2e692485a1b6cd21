using Godwit.Engine.Rows;
using Godwit.Model.Moves;

namespace Godwit.Engine.Live;

/// <summary>A table of a live move: its plan, and the columns by which its rows are told apart while they change.</summary>
/// <param name="Plan">How its rows go over.</param>
/// <param name="Key">Indexes in the plan's columns, in the key's order; empty for a table without a key, which is always copied whole.</param>
public sealed record LiveTable(TablePlan Plan, IReadOnlyList<int> Key)
{
    public bool HasKey => Key.Count > 0;

    /// <summary>What compares each part of the key where that is not PostgreSQL's own <c>=</c>; null where it is.</summary>
    public IReadOnlyList<string>? KeyOperators { get; init; }

    /// <summary>Whether PostgreSQL can hold values of its key in an array of them; those of an array, or of a row, it would take apart.</summary>
    public bool KeyFitsArrays { get; init; } = true;

    /// <summary>Whether rows come to it by another table's name too, of which it is a partition.</summary>
    public bool IsPartition { get; init; }

    /// <summary>Whether it can go over as a whole only: rows of a partitioned table are those of its partitions.</summary>
    public bool IsWhole => !HasKey && !Plan.Partitioned;
}

/// <summary>Rows of a delta that are sent on, and those that the other side cannot hold.</summary>
/// <param name="Rows">How many were written to the sink.</param>
/// <param name="Unfit">How many the plan's mappings cannot bring over.</param>
public readonly record struct DeltaRows(long Rows, long Unfit);

/// <summary>A row that the other side cannot hold as it is.</summary>
/// <param name="Key">Its key as text; for people, and the same for the same key.</param>
/// <param name="Column">What does not fit.</param>
public readonly record struct UnfitRow(string Key, string Column);

/// <summary>
/// Everything that changed at one side between two of its positions, and the changed rows as they are at the later one: one consistent state, so that whoever
/// applies all of it in one transaction goes from one state of the source to another, with no state between that the source never had.
/// </summary>
public interface IChangeDelta : IDisposable
{
    /// <summary>The earlier position.</summary>
    string Since { get; }

    /// <summary>The later position, for the next delta to go on from. Opaque but to its source.</summary>
    string Until { get; }

    /// <summary>Changed keys by table, each once; tables without any are left out, and so are those that go over whole.</summary>
    IReadOnlyDictionary<LiveTable, long> Keys { get; }

    /// <summary>Tables all of whose rows go over, in place of whatever the other side has: those without a key, and those whose recording had a gap.</summary>
    IReadOnlyCollection<LiveTable> Whole { get; }

    /// <summary>Writes the key of every changed row, as an image of the key's columns.</summary>
    long FillKeys(LiveTable table, IRowImageSink sink, CancellationToken cancellation);

    /// <summary>Writes every changed row that is still there, or every row of a table that goes over whole, as an image of all columns that are copied. It can be asked more than once.</summary>
    /// <param name="table">Which.</param>
    /// <param name="sink">Where the images go.</param>
    /// <param name="unfit">Told of each row that is left out because the other side cannot hold it; null leaves them uncounted by name.</param>
    /// <param name="cancellation">Stops.</param>
    DeltaRows FillRows(LiveTable table, IRowImageSink sink, Action<UnfitRow>? unfit, CancellationToken cancellation);

    /// <summary>The same rows as both sides show them to be compared.</summary>
    void FillCompared(LiveTable table, IRowImageSink sink, CancellationToken cancellation) => FillRows(table, sink, unfit: null, cancellation);

    /// <summary>The changed keys as <see cref="UnfitRow.Key"/> has them.</summary>
    IEnumerable<string> KeyTexts(LiveTable table);
}
