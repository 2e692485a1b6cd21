using Godwit.Model.Moves;

namespace Godwit.Sqlite.Profiling;

/// <summary>What a table, or a range of it, is like.</summary>
public sealed record TableProfile
{
    public required TableToProfile Table { get; init; }

    /// <summary>In the order of the table's <see cref="TableToProfile.Columns"/>.</summary>
    public required IReadOnlyList<ColumnProfile> Columns { get; init; }

    public required long Rows { get; init; }

    /// <summary>Bytes of values: 8 for a number, the length of a text (as the database keeps it) or blob, 0 for NULL.</summary>
    public required long Bytes { get; init; }

    /// <summary>Bytes of the largest row.</summary>
    public required long MaxRowBytes { get; init; }

    /// <summary>Rows whose image is larger than <see cref="ProfileOptions.LargestRow"/>.</summary>
    public long OversizedRows { get; init; }

    /// <summary>The first of them (rowids, or positions in key order), ascending.</summary>
    public IReadOnlyList<long> FirstOversizedRows { get; init; } = [];

    /// <summary>Rowids at which the copy's ranges end, ascending; the last range stays open. Empty for a table without rowid.</summary>
    public required IReadOnlyList<long> CutPoints { get; init; }

    /// <summary>The copy's ranges: adjacent, ascending, open below and above.</summary>
    public IReadOnlyList<RowIdRange> Ranges =>
        [.. CutPoints.Select((cut, i) => new RowIdRange(i == 0 ? null : CutPoints[i - 1], cut)), new RowIdRange(CutPoints.Count == 0 ? null : CutPoints[^1], UpTo: null)];

    /// <summary>The profile of adjacent ranges of one table, given in ascending order. The parts are not to be used afterwards.</summary>
    /// <exception cref="ArgumentException">There are no parts.</exception>
    public static TableProfile Merge(IReadOnlyList<TableProfile> parts)
    {
        if (parts.Count == 0) throw new ArgumentException("nothing to merge", nameof(parts));
        var first = parts[0];
        foreach (var part in parts.Skip(1))
        {
            for (var i = 0; i < first.Columns.Count; i++) first.Columns[i].Merge(part.Columns[i]);
        }
        return first with
        {
            Rows = parts.Sum(p => p.Rows),
            Bytes = parts.Sum(p => p.Bytes),
            MaxRowBytes = parts.Max(p => p.MaxRowBytes),
            OversizedRows = parts.Sum(p => p.OversizedRows),
            FirstOversizedRows = [.. parts.SelectMany(p => p.FirstOversizedRows).Take(ValueGroup.SampleSize)],
            CutPoints = [.. parts.SelectMany(p => p.CutPoints).Distinct().Order()],
        };
    }
}
