using Godwit.Model.Moves;
using Godwit.Sqlite.Native;

namespace Godwit.Sqlite.Profiling;

/// <summary>Cuts a table into ranges of rowids of equal width, for several connections to profile at once.</summary>
public static class RowIdSplit
{
    /// <summary>Adjacent ranges, ascending, open below and above; one range where there is no rowid or nothing to cut.</summary>
    /// <exception cref="SqliteException">SQLite reported a fault.</exception>
    public static IReadOnlyList<RowIdRange> Of(SqliteConnection connection, TableToProfile table, int parts)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parts, 1);
        RowIdRange whole = new(After: null, UpTo: null);
        if (parts == 1 || ProfileStatement.Extremes(connection, table) is not var (least, greatest)) return [whole];
        var width = (Int128)greatest - least + 1;
        if (width < parts) return [whole];
        long[] cuts = [.. Enumerable.Range(1, parts - 1).Select(i => (long)(least - 1 + width * i / parts))];
        return [new RowIdRange(After: null, cuts[0]), .. cuts.Zip(cuts.Skip(1), (after, upTo) => new RowIdRange(after, upTo)), new RowIdRange(cuts[^1], UpTo: null)];
    }
}
