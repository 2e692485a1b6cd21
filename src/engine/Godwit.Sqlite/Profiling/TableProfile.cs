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

    /// <summary>What was read.</summary>
    public RowIdRange Range { get; init; } = new(After: null, UpTo: null);

    /// <summary>Rows after the last cut.</summary>
    public long TailRows { get; init; }

    /// <summary>Their bytes.</summary>
    public long TailBytes { get; init; }

    /// <summary>Rowids at which the copy's ranges end, ascending; the last range stays open. Empty for a table without rowid.</summary>
    public required IReadOnlyList<long> CutPoints { get; init; }

    /// <summary>The copy's ranges: adjacent, ascending, open below and above.</summary>
    public IReadOnlyList<RowIdRange> Ranges =>
        [.. CutPoints.Select((cut, i) => new RowIdRange(i == 0 ? null : CutPoints[i - 1], cut)), new RowIdRange(CutPoints.Count == 0 ? null : CutPoints[^1], UpTo: null)];

    /// <summary>The profile of adjacent ranges of one table, given in ascending order. The parts are not to be used afterwards.</summary>
    /// <param name="parts">At least one.</param>
    /// <param name="options">By which they were profiled.</param>
    /// <exception cref="ArgumentException">There are no parts.</exception>
    public static TableProfile Merge(IReadOnlyList<TableProfile> parts, ProfileOptions options)
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
            Range = new RowIdRange(first.Range.After, parts[^1].Range.UpTo),
            TailRows = parts[^1].TailRows,
            TailBytes = parts[^1].TailBytes,
            CutPoints = Cut(parts, options),
        };
    }

    /// <summary>A part knows nothing of those before it: where what they leave over and its own beginning would be too much for a range, one ends between them.</summary>
    private static List<long> Cut(IReadOnlyList<TableProfile> parts, ProfileOptions options)
    {
        var cuts = new List<long>();
        var (rows, bytes) = (0L, 0L);
        for (var i = 0; i < parts.Count; i++)
        {
            var part = parts[i];
            var isTooMuch = part.CutPoints.Count > 0 || rows + part.TailRows > options.RowsPerRange || bytes + part.TailBytes > options.BytesPerRange;
            if (rows > 0 && isTooMuch && parts[i - 1].Range.UpTo is { } end)
            {
                if (cuts.Count == 0 || cuts[^1] < end) cuts.Add(end);
                (rows, bytes) = (0, 0);
            }
            cuts.AddRange(part.CutPoints);
            (rows, bytes) = part.CutPoints.Count > 0 ? (part.TailRows, part.TailBytes) : (rows + part.TailRows, bytes + part.TailBytes);
        }
        return cuts;
    }
}
