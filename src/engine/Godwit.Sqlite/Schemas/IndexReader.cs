using Godwit.Sqlite.Native;

namespace Godwit.Sqlite.Schemas;

internal static class IndexReader
{
    /// <summary>The indexes of a table, in the order in which they were made.</summary>
    /// <param name="connection">The database.</param>
    /// <param name="table">The table's name.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="statements">CREATE INDEX by the index's name, of all tables.</param>
    public static List<SourceIndex> Read(SqliteConnection connection, string table, List<SourceColumn> columns, IReadOnlyDictionary<string, string?> statements)
    {
        var indexes = new List<SourceIndex>();
        using (var statement = connection.Prepare($"PRAGMA main.index_list({SqliteName.Quote(table)})"))
        {
            while (statement.Step())
            {
                var name = statement.GetText(1);
                var origin = statement.GetText(3) switch { "u" => IndexOrigin.Unique, "pk" => IndexOrigin.PrimaryKey, _ => IndexOrigin.Statement };
                var sql = statements.GetValueOrDefault(name);
                indexes.Add(new SourceIndex(name, statement.GetInteger(2) != 0, origin, statement.GetInteger(4) != 0, sql, ReadParts(connection, name, columns)));
            }
        }
        // PRAGMA index_list answers the newest first.
        indexes.Reverse();
        return indexes;
    }

    private static List<SourceIndexPart> ReadParts(SqliteConnection connection, string index, List<SourceColumn> columns)
    {
        var parts = new List<SourceIndexPart>();
        using var statement = connection.Prepare($"PRAGMA main.index_xinfo({SqliteName.Quote(index)})");
        while (statement.Step())
        {
            if (statement.GetInteger(5) == 0) continue;
            // -1 is the rowid, which an index can hold only by the name of its alias; -2 is an expression.
            var column = (int)statement.GetInteger(1) switch { -1 => columns.FindIndex(c => c.KeyPosition == 1), < -1 => (int?)null, var c => c };
            parts.Add(new SourceIndexPart(
                column, statement.GetInteger(3) != 0, TableReader.CollationName(statement.GetText(4))));
        }
        return parts;
    }
}
