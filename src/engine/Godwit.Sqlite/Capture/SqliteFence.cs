using Godwit.Sqlite.Native;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Capture;

/// <summary>
/// The refusal of writes to a source whose data are used elsewhere now: triggers, which no session of an application can be without and no restart ends. They are
/// made while the write lock is held: whoever waits for it meets them, and nobody is between.
/// </summary>
/// <remarks>
/// RAISE is all that SQLite has for it, and its answer is SQLITE_CONSTRAINT_TRIGGER: code that takes every constraint for a duplicate takes this for one, so that
/// nothing may be acknowledged on the old side once the fence is up. It is the last act before the new side is opened.
/// </remarks>
public static class SqliteFence
{
    /// <summary>What a refused writer is told, and all that it is told.</summary>
    public const string Message = "godwit: this database has moved; ask `godwit endpoint` where to, and try again there";

    private static readonly string[] s_events = ["INSERT", "UPDATE", "DELETE"];

    /// <summary>Refuses every write to the tables from the commit of the caller's transaction on.</summary>
    internal static void Raise(SqliteConnection connection, IReadOnlyList<CapturedTable> tables)
    {
        foreach (var captured in tables)
        {
            foreach (var occasion in s_events)
            {
                connection.Execute(
                    $"CREATE TRIGGER IF NOT EXISTS main.{SqliteName.Quote(Name(captured.Number, occasion))} BEFORE {occasion} ON {SqliteName.Quote(captured.Table.Name)} BEGIN SELECT RAISE(ABORT, '{Message}'); END");
            }
        }
    }

    /// <summary>Tables that the fence no longer keeps writers from: they were built anew, and its triggers went with the old ones.</summary>
    internal static IReadOnlyList<CapturedTable> Fallen(SqliteConnection connection, IReadOnlyList<CapturedTable> tables)
    {
        var standing = Standing(connection).ToHashSet(StringComparer.Ordinal);
        return [.. tables.Where(t => s_events.Any(e => !standing.Contains(Name(t.Number, e))))];
    }

    /// <summary>Allows writes again from the commit of the caller's transaction on.</summary>
    internal static void Lower(SqliteConnection connection)
    {
        foreach (var name in Standing(connection)) connection.Execute($"DROP TRIGGER main.{SqliteName.Quote(name)}");
    }

    /// <summary>The fence's triggers that are there.</summary>
    internal static IReadOnlyList<string> Standing(SqliteConnection connection) =>
        [.. SchemaEntry.ReadAll(connection).Where(e => e.Type == "trigger" && e.Name.StartsWith(CaptureNames.Prefix + "fence_", StringComparison.Ordinal)).Select(e => e.Name)];

    private static string Name(int table, string occasion) => $"{CaptureNames.Prefix}fence_{CaptureNames.Number(table)}_{occasion.ToLowerInvariant()}";
}
