using Godwit.Sqlite.Native;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Capture;

/// <summary>A table whose changes are recorded.</summary>
/// <param name="Number">What stands for it in the log.</param>
/// <param name="Table">As the source describes it.</param>
/// <param name="Key">What of a row is logged; null for a table without a key, of which nothing is.</param>
internal sealed record CapturedTable(int Number, SourceTable Table, RowKey? Key)
{
    public int KeyParts => Key?.Columns.Count ?? 0;

    public IReadOnlyList<CaptureTrigger> Triggers => Key is null ? [] : new CaptureTriggers(Table, Number, Key).All();
}

/// <summary>Makes, looks at and removes the recording of changes in a source.</summary>
internal static class SqliteCapture
{
    /// <summary>
    /// Makes the change log and the triggers, in the caller's transaction. The triggers are the newest of their tables: SQLite fires the newest first, so that an
    /// application's RAISE(IGNORE) ends a statement only after its rows are logged.
    /// </summary>
    public static void Install(SqliteConnection connection, IReadOnlyList<CapturedTable> tables)
    {
        var keys = string.Join(", ", Enumerable.Range(0, KeyParts(tables)).Select(CaptureNames.KeyColumn));
        // Columns without type keep what they are given, storage class and bytes. No AUTOINCREMENT: it would make sqlite_sequence. Numbers are used again only if
        // the newest rows are deleted, and nobody deletes here while a move is under way.
        connection.Execute($"CREATE TABLE main.{SqliteName.Quote(CaptureNames.Changes)}(n INTEGER PRIMARY KEY, t, {keys})");
        SqliteState.Make(connection);
        SqliteState.Write(connection, SqliteState.Log, Guid.NewGuid().ToString("N")[..8]);
        foreach (var trigger in tables.SelectMany(t => t.Triggers)) connection.Execute(trigger.Sql);
    }

    /// <summary>Columns of keys in the log.</summary>
    public static int KeyParts(IEnumerable<CapturedTable> tables) => tables.Select(t => t.KeyParts).DefaultIfEmpty(1).Max() is > 0 and var parts ? parts : 1;

    /// <summary>Makes the triggers of tables anew, in the caller's transaction, and notes that what was changed in between is not in the log.</summary>
    public static void Mend(SqliteConnection connection, IReadOnlyList<CapturedTable> tables)
    {
        // Of no table, so that what is read from here on is told from what was read up to here.
        connection.Execute($"INSERT INTO main.{SqliteName.Quote(CaptureNames.Changes)}(t) VALUES (0)");
        var end = connection.QueryInteger($"SELECT max(n) FROM main.{SqliteName.Quote(CaptureNames.Changes)}") ?? 0;
        foreach (var table in tables)
        {
            foreach (var trigger in table.Triggers)
            {
                connection.Execute($"DROP TRIGGER IF EXISTS main.{SqliteName.Quote(trigger.Name)}");
                connection.Execute(trigger.Sql);
            }
            SqliteState.Write(connection, SqliteState.Mended + CaptureNames.Number(table.Number), CaptureNames.Number(end));
        }
    }

    /// <summary>Removes all of it, in the caller's transaction; what is not there is no fault.</summary>
    public static void Remove(SqliteConnection connection)
    {
        foreach (var (type, name) in Own(connection).OrderBy(o => o.Type == "table")) connection.Execute($"DROP {type} IF EXISTS main.{SqliteName.Quote(name)}");
    }

    /// <summary>
    /// Tables whose recording has a gap: a trigger is gone or is another, as after a table was built anew under its name; or the application has made one since that may end a statement before its rows are logged. Reads
    /// sqlite_schema within the caller's transaction.
    /// </summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="tables">The tables as they are now.</param>
    public static IReadOnlyList<CapturedTable> Broken(SqliteConnection connection, IReadOnlyList<CapturedTable> tables)
    {
        var triggers = SchemaEntry.ReadAll(connection).Where(e => e.Type == "trigger").ToList();
        var there = triggers.ToDictionary(e => e.Name, e => e.Sql);
        return [.. tables.Where(t => t.Triggers.Any(g => there.GetValueOrDefault(g.Name) != g.Sql) || (t.Triggers.Count > 0 && IsPassed(t, triggers)))];
    }

    /// <summary>Whether a trigger of the application's comes before the recording: a newer one, which ends what comes after it.</summary>
    private static bool IsPassed(CapturedTable table, List<SchemaEntry> triggers)
    {
        var first = triggers.FindIndex(e => e.Name == table.Triggers[0].Name);
        return triggers.Skip(first).Any(e =>
            string.Equals(e.Table, table.Table.Name, StringComparison.OrdinalIgnoreCase) && !CaptureNames.IsOwn(e.Name)
            && e.Sql is { } sql && sql.Contains("RAISE", StringComparison.OrdinalIgnoreCase) && sql.Contains("IGNORE", StringComparison.OrdinalIgnoreCase));
    }

    private static List<(string Type, string Name)> Own(SqliteConnection connection) =>
        [.. SchemaEntry.ReadAll(connection).Where(e => e.Type is "trigger" or "table" && CaptureNames.IsOwn(e.Name)).Select(e => (e.Type, e.Name))];
}
