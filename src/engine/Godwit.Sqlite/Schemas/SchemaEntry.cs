using Godwit.Sqlite.Native;

namespace Godwit.Sqlite.Schemas;

/// <summary>A row of sqlite_schema (https://sqlite.org/schematab.html).</summary>
internal sealed record SchemaEntry(string Type, string Name, string Table, string? Sql)
{
    public static List<SchemaEntry> ReadAll(SqliteConnection connection)
    {
        var entries = new List<SchemaEntry>();
        using var statement = connection.Prepare("SELECT type, name, tbl_name, sql FROM main.sqlite_schema ORDER BY rowid");
        while (statement.Step())
        {
            entries.Add(new SchemaEntry(
                statement.GetText(0), statement.GetText(1), statement.GetText(2), statement.IsNull(3) ? null : statement.GetText(3)));
        }
        return entries;
    }
}
