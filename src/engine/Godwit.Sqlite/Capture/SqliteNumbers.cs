using Godwit.Sqlite.Native;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Capture;

/// <summary>The numbers that SQLite gives to new rows of an INTEGER PRIMARY KEY: the greatest plus one, or with AUTOINCREMENT never one again that was ever given.</summary>
internal static class SqliteNumbers
{
    public static long Last(SqliteConnection connection, SourceTable table)
    {
        var greatest = connection.QueryInteger($"SELECT max({SqliteName.Quote(table.Columns[table.RowIdAlias!.Value].Name)}) FROM main.{SqliteName.Quote(table.Name)}") ?? 0;
        return table.AutoIncrement ? Math.Max(greatest, connection.QueryInteger("SELECT max(seq) FROM main.sqlite_sequence WHERE name = ?1", table.Name) ?? 0) : greatest;
    }

    /// <summary>In the caller's transaction. Without AUTOINCREMENT there is nothing to be told: such a table gives out what is free.</summary>
    public static void Continue(SqliteConnection connection, IEnumerable<(SourceTable Table, long Last)> numbers)
    {
        foreach (var (table, last) in numbers.Where(n => n.Table.AutoIncrement))
        {
            // No constraint keeps the names apart there.
            connection.Execute("UPDATE main.sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1", table.Name, last);
            connection.Execute("INSERT INTO main.sqlite_sequence(name, seq) SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM main.sqlite_sequence WHERE name = ?1)", table.Name, last);
        }
    }
}
