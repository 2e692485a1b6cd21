using Godwit.Sqlite.Native;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Capture;

/// <summary>What a source itself holds of a live move, by name: it commits with the rows it speaks of.</summary>
internal static class SqliteState
{
    /// <summary>Up to where the other side's changes are applied here.</summary>
    public const string Applied = "applied";

    /// <summary>The move that the recording is for.</summary>
    public const string Move = "move";

    /// <summary>Which log this is: another installing makes another.</summary>
    public const string Log = "log";

    /// <summary>Whose writes count: the epoch of the runner that holds the run.</summary>
    public const string Epoch = "epoch";

    /// <summary>Whether writers are kept out: <c>yes</c> or <c>no</c>.</summary>
    public const string Fenced = "fenced";

    /// <summary>The database's schema_version when the recording was made: rowids are numbered anew by nothing that leaves it as it is.</summary>
    public const string Shape = "shape";

    /// <summary>Begins the names of tables whose recording had a gap, each with the log's end when it was mended.</summary>
    public const string Mended = "mended ";

    private static readonly string s_table = $"main.{SqliteName.Quote(CaptureNames.State)}";

    public static void Make(SqliteConnection connection) => connection.Execute($"CREATE TABLE {s_table}(name TEXT PRIMARY KEY, value TEXT)");

    public static string? Read(SqliteConnection connection, string name) => connection.QueryText($"SELECT value FROM {s_table} WHERE name = ?1", name);

    public static bool IsThere(SqliteConnection connection) =>
        connection.QueryInteger("SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = ?1", CaptureNames.State) is not null;

    public static void Write(SqliteConnection connection, string name, string value) => connection.Execute($"INSERT OR REPLACE INTO {s_table} VALUES (?1, ?2)", name, value);
}
