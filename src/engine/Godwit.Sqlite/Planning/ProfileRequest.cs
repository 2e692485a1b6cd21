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
            [.. table.Columns.Select(c => ColumnToChoose.ToProfile(c.Name, c.DeclaredType, table.Strict, map.Column(table.Name, c.Name)))],
            HasRowId: !table.WithoutRowId,
            [.. table.Columns.Select(c => c.Name)])
        {
            KeyColumns = [.. table.PrimaryKey.Select(c => table.Columns[c].Name)],
            RowIdAlias = table.RowIdAlias is { } alias ? table.Columns[alias].Name : null,
        };
}
