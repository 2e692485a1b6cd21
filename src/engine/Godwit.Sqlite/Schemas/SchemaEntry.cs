using System.Text.Unicode;
using Godwit.Sqlite.Native;

namespace Godwit.Sqlite.Schemas;

/// <summary>A row of sqlite_schema (https://sqlite.org/schematab.html).</summary>
internal sealed record SchemaEntry(string Type, string Name, string Table, string? Sql)
{
    /// <exception cref="SchemaTextException">A name or statement is not valid UTF-8.</exception>
    public static List<SchemaEntry> ReadAll(SqliteConnection connection)
    {
        var entries = new List<SchemaEntry>();
        // In a UTF-16 database the bytes are UTF-16's, and SQLite itself turns names into UTF-8 when it parses the schema.
        var isUtf8 = connection.QueryText("PRAGMA encoding") == "UTF-8";
        using var statement = connection.Prepare("SELECT type, name, tbl_name, sql FROM main.sqlite_schema ORDER BY rowid");
        while (statement.Step())
        {
            // SQLite asks nothing of a name's bytes. Read as text an invalid one becomes another name, and SQLite takes a quoted name that is not there for a literal.
            for (var column = 1; column <= 3; column++)
            {
                if (isUtf8 && !Utf8.IsValid(statement.GetBytes(column))) throw new SchemaTextException(statement.GetText(0), statement.GetText(1));
            }
            entries.Add(new SchemaEntry(
                statement.GetText(0), statement.GetText(1), statement.GetText(2), statement.IsNull(3) ? null : statement.GetText(3)));
        }
        return entries;
    }
}
