using System.Runtime.CompilerServices;
using Godwit.Model.Values;

namespace Godwit.Sqlite.Profiling;

/// <summary>
/// The values of a column that no mapping tells apart: one storage class, one set of traits. A column has few of them, and every question
/// (does this mapping fit all, how many does it not fit, which rows first) is a sum over them.
/// </summary>
public sealed class ValueGroup(StorageClass storage, ulong traits)
{
    /// <summary>How many rows are remembered.</summary>
    public const int SampleSize = 10;

    private long[] _rows = [];

    public StorageClass Storage { get; } = storage;

    public ulong Traits { get; } = traits;

    public long Count { get; private set; }

    /// <summary>The first rows (rowids, or positions in key order), ascending.</summary>
    public ReadOnlySpan<long> Rows => _rows.AsSpan(0, (int)Math.Min(Count, _rows.Length));

    public bool Has(ulong trait) => (Traits & trait) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Add(long row)
    {
        var count = Count;
        if (count < SampleSize) Remember(count, row);
        Count = count + 1;
    }

    private void Remember(long at, long row)
    {
        if (_rows.Length == 0) _rows = new long[SampleSize];
        _rows[at] = row;
    }

    internal void Merge(ValueGroup other)
    {
        long[] rows = [.. Rows, .. other.Rows];
        Array.Sort(rows);
        _rows = new long[SampleSize];
        rows.AsSpan(0, Math.Min(rows.Length, SampleSize)).CopyTo(_rows);
        Count += other.Count;
    }
}
