using Godwit.Model.Moves;
using Godwit.Sqlite.Choosing;
using Godwit.Sqlite.Profiling;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Planning;

/// <summary>What to profile of a table so that it can be planned: all its columns, in their order.</summary>
public static class ProfileRequest
{
    public static TableToProfile Of(SourceTable table, MapFile map) =>
        new(
            table.Name,
            [.. table.Columns.Select(c => ToProfile(table, c, map))],
            HasRowId: !table.WithoutRowId,
            [.. table.Columns.Where(c => !c.IsNew).Select(c => c.Name)])
        {
            KeyColumns = [.. table.PrimaryKey.Select(c => table.Columns[c].Name)],
            RowIdAlias = table.RowIdAlias is { } alias ? table.Columns[alias].Name : null,
        };

    /// <summary>The user's word on a column. What a transform gives has the type that the transform was planned with.</summary>
    internal static ColumnMap? Said(SourceTable table, SourceColumn column, MapFile map)
    {
        if (column.IsLeftOut) return null;
        var said = map.Column(table.Name, column.Name);
        return said is not null && column.Transform?.Result is { } result ? said with { Type = result } : said;
    }

    private static ColumnToProfile ToProfile(SourceTable table, SourceColumn column, MapFile map) =>
        ColumnToChoose.ToProfile(column.Name, column.DeclaredType, table.Strict, Said(table, column, map)) with
        {
            Sql = column is { Transform: null, IsLeftOut: false } ? null : column.Sql(relation: null),
        };
}
