using Godwit.Model.Moves;
using Godwit.Model.Values;

namespace Godwit.Engine.Tests.Rows;

/// <summary>Small plans of one table.</summary>
internal static class TablePlans
{
    public static ColumnPlan Column(string name, TargetType type, MappingKind mapping = MappingKind.Text) => new()
    {
        SourceName = name,
        TargetName = name,
        DeclaredType = "",
        Affinity = Affinity.Blob,
        Type = type,
        Mapping = new ValueMapping(mapping),
        Reason = "",
    };

    public static ColumnPlan Key(string name = "id") => Column(name, TargetType.Bigint, MappingKind.Integer);

    public static TablePlan Table(params IReadOnlyList<ColumnPlan> columns) => new()
    {
        SourceName = "t",
        TargetName = "t",
        Columns = columns,
        HasRowId = true,
        KeyColumns = [],
        Uniques = [],
        Indexes = [],
        Checks = [],
        ForeignKeys = [],
        Rows = 0,
        Bytes = 0,
        Ranges = [new RowIdRange(null, null)],
    };

    /// <summary>A table whose first column is its rowid, cut at the bounds given.</summary>
    public static TablePlan Keyed(long[] bounds, params IReadOnlyList<ColumnPlan> others) => Table([Key(), .. others]) with
    {
        RowIdColumn = 0,
        KeyColumns = [0],
        Ranges = [.. Enumerable.Range(0, bounds.Length + 1).Select(i => new RowIdRange(i == 0 ? null : bounds[i - 1], i == bounds.Length ? null : bounds[i]))],
    };
}
