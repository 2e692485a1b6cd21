using Godwit.Sqlite.Profiling;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Planning;
public static class ProfileRequest
{
    public static TableToProfile Of(SourceTable table, object? map) =>
        new(table.Name, [.. table.Columns.Select(c => new ColumnToProfile(c.Name, Grammar.DeclaredType.AffinityOf(c.DeclaredType)))],
            !table.WithoutRowId, [.. table.Columns.Select(c => c.Name)]) { KeyColumns = [.. table.PrimaryKey.Select(c => table.Columns[c].Name)] };
}
