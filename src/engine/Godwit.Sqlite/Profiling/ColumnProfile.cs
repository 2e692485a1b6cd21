using System.Runtime.CompilerServices;
using System.Text.Unicode;
using Godwit.Model.Values;

namespace Godwit.Sqlite.Profiling;

/// <summary>
/// What the values of one column are like. Values are added one by one by a <see cref="TableProfiler"/>; profiles of adjacent ranges merge.
/// Not thread-safe.
/// </summary>
public sealed class ColumnProfile
{
    private readonly List<ValueGroup> _groups = [];
    private readonly IntegerCells _cells;
    private readonly DecimalDigits? _digits;
    private readonly bool _isNumeric;
    private readonly long _largest;
    private readonly int _declaredLength;

    private ValueGroup? _integers;
    private ValueGroup? _reals;
    private ValueGroup? _texts;
    private ValueGroup? _blobs;
    private ValueGroup? _nulls;
    private long _cellFrom = 1;
    private long _cellUpTo;
    private ulong _live = TextShapes.All;

    public ColumnProfile(ColumnToProfile column, ProfileOptions options)
    {
        Column = column;
        _cells = new IntegerCells(column.Precision - column.Scale);
        _digits = column.Precision is { } precision ? new DecimalDigits(precision, column.Scale) : null;
        _isNumeric = column.Affinity is Affinity.Numeric or Affinity.Integer or Affinity.Real;
        _largest = options.LargestValue;
        _declaredLength = column.Length ?? int.MaxValue;
    }

    public ColumnToProfile Column { get; }

    /// <summary>The values by storage class and traits, in the order in which they were first seen.</summary>
    public IReadOnlyList<ValueGroup> Groups => _groups;

    /// <summary>The least INTEGER; meaningful when there is one.</summary>
    public long MinInteger { get; private set; } = long.MaxValue;

    public long MaxInteger { get; private set; } = long.MinValue;

    /// <summary>Of TEXT, in bytes of UTF-8 where the text is valid.</summary>
    public long MaxTextBytes { get; private set; }

    /// <summary>Of valid TEXT, in code points.</summary>
    public long MaxTextCharacters { get; private set; }

    public long MaxBlobBytes { get; private set; }

    public long Count(StorageClass storage) => Sum(storage, ~0UL, every: true);

    public long EmptyTexts => Sum(StorageClass.Text, TextTraits.Empty, every: false);

    /// <summary>Values of one storage class that have one of the traits.</summary>
    public long Count(StorageClass storage, ulong trait) => Sum(storage, trait, every: false);

    private long Sum(StorageClass storage, ulong trait, bool every)
    {
        long count = 0;
        foreach (var group in _groups)
        {
            if (group.Storage == storage && (every || group.Has(trait))) count += group.Count;
        }
        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddNull(long row) => (_nulls ??= Find(StorageClass.Null, 0)).Add(row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddInteger(long value, long row)
    {
        if (value < _cellFrom || value > _cellUpTo) EnterCell(value);
        if (value < MinInteger) MinInteger = value;
        if (value > MaxInteger) MaxInteger = value;
        _integers!.Add(row);
    }

    private void EnterCell(long value)
    {
        (_cellFrom, _cellUpTo, var traits) = _cells.Find(value);
        _integers = Find(StorageClass.Integer, traits);
    }

    public void AddReal(double value, long row)
    {
        ulong traits = 0;
        // Infinities are their own floor, so the rare kinds are all behind this one comparison.
        if (value == Math.Floor(value)) traits = TraitsOfWhole(value);
        if (Column.TrackShapes && JulianDays.TryToMicroseconds(value, out _)) traits |= RealTraits.JulianDay;
        if (_digits is not null && _digits.Fits(value)) traits |= RealTraits.InDeclaredDigits;
        if (_reals is null || _reals.Traits != traits) _reals = Find(StorageClass.Real, traits);
        _reals.Add(row);
    }

    private static ulong TraitsOfWhole(double value)
    {
        if (double.IsInfinity(value)) return RealTraits.Infinite;
        var traits = value is > -9_223_372_036_854_775_808.0 and < 9_223_372_036_854_775_808.0 ? RealTraits.Integral : 0;
        return value == 0 && double.IsNegative(value) ? traits | RealTraits.NegativeZero : traits;
    }

    /// <summary>Adds a TEXT given as UTF-8, valid or not.</summary>
    public void AddText(ReadOnlySpan<byte> text, long row)
    {
        if (text.Length > MaxTextBytes) MaxTextBytes = text.Length;
        var traits = TraitsOf(text);
        if (_texts is null || _texts.Traits != traits) _texts = Find(StorageClass.Text, traits);
        _texts.Add(row);
    }

    /// <summary>Adds a TEXT that is not valid in the database's encoding and so has no UTF-8.</summary>
    public void AddInvalidText(long bytes, long row)
    {
        if (bytes > MaxTextBytes) MaxTextBytes = bytes;
        Find(StorageClass.Text, TextTraits.Invalid).Add(row);
    }

    private ulong TraitsOf(ReadOnlySpan<byte> text)
    {
        if (text.Length == 0) return TextTraits.Empty;
        ulong traits = 0;
        if (text.Length > _largest) traits |= TextTraits.TooLarge;
        if (!Utf8.IsValid(text)) return traits | TextTraits.Invalid;
        // A text has no more characters than bytes, so they are counted only where that may matter.
        if (text.Length > MaxTextCharacters || text.Length > _declaredLength)
        {
            var characters = Utf8Text.CountCharacters(text);
            if (characters > MaxTextCharacters) MaxTextCharacters = characters;
            if (characters > _declaredLength) traits |= TextTraits.TooLong;
        }
        if (text.Contains((byte)0)) return traits | TextTraits.Nul;
        if (_isNumeric && NumericLiteral.Matches(text)) traits |= TextTraits.LooksNumeric;
        if (Column.TrackJson && JsonText.IsValid(text)) traits |= TextTraits.Json;
        if (Column.TrackShapes) return traits | TextShapes.Of(text);
        if (_live == 0) return traits | TextTraits.Untested;
        var shapes = TextShapes.Of(text);
        _live &= shapes;
        return traits | (shapes == 0 ? TextTraits.Untested : shapes);
    }

    public void AddBlob(int bytes, long row)
    {
        if (bytes > MaxBlobBytes) MaxBlobBytes = bytes;
        var traits = (bytes == 16 ? BlobTraits.SixteenBytes : 0) | (bytes > _largest ? TextTraits.TooLarge : 0);
        if (_blobs is null || _blobs.Traits != traits) _blobs = Find(StorageClass.Blob, traits);
        _blobs.Add(row);
    }

    /// <summary>Takes over what was seen in another range of the same column.</summary>
    public void Merge(ColumnProfile other)
    {
        foreach (var group in other._groups) Find(group.Storage, group.Traits).Merge(group);
        MinInteger = Math.Min(MinInteger, other.MinInteger);
        MaxInteger = Math.Max(MaxInteger, other.MaxInteger);
        MaxTextBytes = Math.Max(MaxTextBytes, other.MaxTextBytes);
        MaxTextCharacters = Math.Max(MaxTextCharacters, other.MaxTextCharacters);
        MaxBlobBytes = Math.Max(MaxBlobBytes, other.MaxBlobBytes);
        _live &= other._live;
    }

    private ValueGroup Find(StorageClass storage, ulong traits)
    {
        foreach (var group in _groups)
        {
            if (group.Storage == storage && group.Traits == traits) return group;
        }
        var made = new ValueGroup(storage, traits);
        _groups.Add(made);
        return made;
    }
}
