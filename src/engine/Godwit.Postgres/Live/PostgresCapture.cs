using System.Globalization;
using Godwit.Model.Names;
using Npgsql;

namespace Godwit.Postgres.Live;

/// <summary>A table of a PostgreSQL database whose changes are recorded.</summary>
/// <param name="Number">What stands for it among the tables of a move.</param>
/// <param name="Schema">Its schema.</param>
/// <param name="Name">Its name.</param>
/// <param name="Key">The columns by which its rows are told apart: of a primary key or a unique constraint, all NOT NULL. Without any, only that something has changed is recorded.</param>
/// <param name="IsPartitioned">Whether rows stand in partitions, or it is one itself: they can be written by another table's name.</param>
public sealed record CapturedRelation(int Number, string Schema, string Name, IReadOnlyList<string> Key, bool IsPartitioned)
{
    /// <summary>The move, where several may be under way in the database.</summary>
    public Guid? Move { get; init; }

    /// <summary>Which side it is of, where one database may be both: part of the names of what is made for it.</summary>
    public string Side { get; init; } = "";

    /// <summary>Its name when the move was planned, wherever it has another now.</summary>
    public string Planned { get; init; } = Name;

    /// <summary>Whether keys that are equal are the same, byte for byte: those of citext, or numeric, need not be.</summary>
    public bool KeyIsExact { get; init; } = true;

    /// <summary>Whether an array can hold the key's values one beside the other: those of an array, or of a row, it would take apart.</summary>
    public bool KeyFitsArrays { get; init; } = true;

    /// <summary>Whether an entry of the log holds the keys of a whole statement.</summary>
    internal bool IsLoggedInSets => KeyFitsArrays && !IsPartitioned;

    internal string Qualified => TargetName.Qualify(Schema, Name);

    /// <summary>Tells what belongs to this table from what belongs to others, in the names of what is made for it.</summary>
    internal string Id => Move is { } move ? string.Create(CultureInfo.InvariantCulture, $"{move.ToString("N")[..8]}_{Side}{Number}") : Number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>
/// The recording of changes in a PostgreSQL database: keys only, in the writer's transaction, with that transaction's id. A position in the log is a snapshot:
/// what a later one sees and an earlier one does not has changed between them, however late its transaction committed.
/// </summary>
/// <remarks>
/// Triggers of statements read their rows from transition tables, and put all keys of a statement into few entries: one of its own for each, with its place in an index, costs a bulk
/// delete four times what it does itself. They cannot see what is written to a partition by its own name: partitioned tables have triggers of rows, which every partition inherits. What
/// Godwit applies itself is not recorded: it says who it is.
/// </remarks>
public static class PostgresCapture
{
    /// <summary>The setting by which a session says that what it writes comes from the other side.</summary>
    public const string Setting = "godwit.applies";

    /// <summary>How many keys an entry holds at most, as a power of two: a hundredth of what an array can hold, were every key as long as an index takes.</summary>
    private const int KeysAnEntry = 13;

    /// <summary>Stands for the trigger's table until its name is known; no name holds it.</summary>
    private const string OfTrigger = "\u0001";

    public static string LogOf(CapturedRelation table) => TargetName.Qualify("godwit", $"changes_{table.Id}");

    /// <summary>Makes log and triggers of a table, in the caller's transaction. Waits for writers of the table, not for readers (SHARE ROW EXCLUSIVE).</summary>
    /// <param name="token">What <see cref="Setting"/> holds in a session whose writes are not recorded.</param>
    public static IReadOnlyList<string> Install(CapturedRelation table, Guid token)
    {
        var (log, keys) = (LogOf(table), string.Join(", ", table.Key.Select(TargetName.Quote)));
        var function = Function(table);
        if (table.Key.Count == 0) return Touches(table, token);
        var rows = table.IsPartitioned ? "" : $"""
             ELSIF TG_OP = 'INSERT' THEN {Record(table, $"SELECT {keys} FROM new_rows")}
             ELSIF TG_OP = 'DELETE' THEN {Record(table, $"SELECT {keys} FROM old_rows")}
             ELSE {Record(table, $"SELECT {keys} FROM old_rows {(table.KeyIsExact ? "UNION" : "UNION ALL")} SELECT {keys} FROM new_rows")}
            """;
        var row = !table.IsPartitioned ? "" : $"""
             ELSE
               IF TG_OP <> 'INSERT' THEN INSERT INTO {log} VALUES (pg_current_xact_id(), {Values(table, "OLD")}); END IF;
               IF TG_OP <> 'DELETE' THEN INSERT INTO {log} VALUES (pg_current_xact_id(), {Values(table, "NEW")}); END IF;
            """;
        return
        [
            // By place and not by name: a column of the application's may have any.
            $"CREATE TABLE {log} AS SELECT pg_current_xact_id() AS x, {string.Join(", ", table.Key.Select((k, part) => $"{(table.IsLoggedInSets ? $"array_agg({TargetName.Quote(k)})" : TargetName.Quote(k))} AS {KeyColumn(part)}"))} FROM {table.Qualified} WITH NO DATA",
            // To make them smaller would take longer than to write them.
            .. table.IsLoggedInSets ? table.Key.Select((_, part) => $"ALTER TABLE {log} ALTER {KeyColumn(part)} SET STORAGE EXTERNAL") : [],
            $"CREATE INDEX ON {log} (x)",
            // As its owner: an application that may write to the table need not be let near the log.
            $"""
            CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $capture$
            BEGIN
             IF current_setting('{Setting}', true) = '{token:N}' THEN NULL;
             ELSIF TG_OP = 'TRUNCATE' THEN
               -- By the name that it has then: tables of a move may exchange theirs.
               EXECUTE format({TargetName.Literal(Record(table, $"SELECT {keys} FROM {OfTrigger}").Replace("%", "%%", StringComparison.Ordinal).Replace(OfTrigger, "%I.%I", StringComparison.Ordinal))}, TG_TABLE_SCHEMA, TG_TABLE_NAME);
               -- One that reads an older snapshot empties the table of rows that it cannot see: without a key, for all of them.
               IF current_setting('transaction_isolation') <> 'read committed' THEN INSERT INTO {log} (x) VALUES (pg_current_xact_id()); END IF;
            {rows}{row}
             END IF;
             RETURN NULL;
            END $capture$
            """,
            .. table.IsPartitioned
                ? [$"CREATE TRIGGER zz_godwit_rows AFTER INSERT OR UPDATE OR DELETE ON {table.Qualified} FOR EACH ROW EXECUTE FUNCTION {function}()"]
                : new[]
                {
                    $"CREATE TRIGGER zz_godwit_insert AFTER INSERT ON {table.Qualified} REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
                    $"CREATE TRIGGER zz_godwit_update AFTER UPDATE ON {table.Qualified} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
                    $"CREATE TRIGGER zz_godwit_delete AFTER DELETE ON {table.Qualified} REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
                },
            // Before, while the rows that go are still to be seen.
            $"CREATE TRIGGER aa_godwit_truncate BEFORE TRUNCATE ON {table.Qualified} FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
            .. Triggers(table).Select(t => $"ALTER TABLE {table.Qualified} ENABLE ALWAYS TRIGGER {t}"),
        ];
    }

    /// <summary>Writes the keys that a query gives, none where it gives none.</summary>
    private static string Record(CapturedRelation table, string keys)
    {
        var parts = string.Join(", ", table.Key.Select((_, part) => KeyColumn(part)));
        return !table.IsLoggedInSets ? $"INSERT INTO {LogOf(table)} SELECT pg_current_xact_id(), {parts} FROM ({keys}) AS k({parts});"
            : string.Create(CultureInfo.InvariantCulture, $"""
                INSERT INTO {LogOf(table)} SELECT pg_current_xact_id(), {string.Join(", ", table.Key.Select((_, part) => $"array_agg({KeyColumn(part)})"))}
                   FROM (SELECT {parts}, row_number() OVER () >> {KeysAnEntry} AS entry FROM ({keys}) AS k({parts})) AS k GROUP BY entry;
                """);
    }

    /// <summary>Of a table without a key: that something has changed.</summary>
    private static IReadOnlyList<string> Touches(CapturedRelation table, Guid token) =>
    [
        $"CREATE TABLE {LogOf(table)} AS SELECT pg_current_xact_id() AS x WITH NO DATA",
        $"""
        CREATE FUNCTION {Function(table)}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $capture$
        BEGIN
         IF current_setting('{Setting}', true) IS DISTINCT FROM '{token:N}' THEN INSERT INTO {LogOf(table)} VALUES (pg_current_xact_id()); END IF;
         RETURN NULL;
        END $capture$
        """,
        $"CREATE TRIGGER zz_godwit_rows AFTER INSERT OR UPDATE OR DELETE ON {table.Qualified} FOR EACH {(table.IsPartitioned ? "ROW" : "STATEMENT")} EXECUTE FUNCTION {Function(table)}()",
        $"CREATE TRIGGER aa_godwit_truncate BEFORE TRUNCATE ON {table.Qualified} FOR EACH STATEMENT EXECUTE FUNCTION {Function(table)}()",
        .. Triggers(table).Select(t => $"ALTER TABLE {table.Qualified} ENABLE ALWAYS TRIGGER {t}"),
    ];

    /// <remarks>With its function, which is this move's alone: triggers of the same names may be another's.</remarks>
    public static IReadOnlyList<string> Remove(CapturedRelation table) =>
    [
        $"DROP FUNCTION IF EXISTS {Function(table)}() CASCADE",
        $"DROP TABLE IF EXISTS {LogOf(table)}",
    ];

    /// <summary>Keys that changed between an earlier snapshot and the one of the transaction at hand, which has to be REPEATABLE READ.</summary>
    /// <remarks>Whatever the transaction sees in the log is in its snapshot; what the earlier one saw is what it need not see again.</remarks>
    public static NpgsqlCommand ChangedKeys(CapturedRelation table, string since, NpgsqlConnection connection, NpgsqlTransaction transaction) => new(
        $"SELECT DISTINCT {string.Join(", ", table.Key.Select((k, part) => $"{KeyColumn(part)} AS {TargetName.Quote(k)}"))} FROM {Entries(table, "$1")}", connection, transaction)
    { Parameters = { new() { Value = since } } };

    /// <summary>The keys in the log since a position, as many times as they were recorded: a relation <c>c</c> with a column for each part.</summary>
    /// <param name="table">Whose log.</param>
    /// <param name="position">A snapshot, as a parameter or a literal.</param>
    internal static string Entries(CapturedRelation table, string position)
    {
        var parts = table.Key.Select((_, part) => KeyColumn(part));
        return table.IsLoggedInSets
            ? $"(SELECT {string.Join(", ", parts.Select(p => $"unnest({p}) AS {p}"))} FROM {LogOf(table)} WHERE {Since(position)}) AS c"
            : $"(SELECT {string.Join(", ", parts)} FROM {LogOf(table)} WHERE k1 IS NOT NULL AND {Since(position)}) AS c";
    }

    /// <summary>Whether the log says since a position that any row may have changed: an entry without a key.</summary>
    /// <param name="table">Whose log.</param>
    /// <param name="position">A snapshot, as a parameter or a literal.</param>
    internal static string IsForAllRows(CapturedRelation table, string position) => $"EXISTS (SELECT FROM {LogOf(table)} WHERE k1 IS NULL AND {Since(position)})";

    /// <summary>The condition on the log's entries.</summary>
    /// <param name="position">A snapshot, as a parameter or a literal.</param>
    internal static string Since(string position) => $"x >= pg_snapshot_xmin({position}::pg_snapshot) AND NOT pg_visible_in_snapshot(x, {position}::pg_snapshot)";

    internal static string[] Triggers(CapturedRelation table) =>
        table.IsPartitioned || table.Key.Count == 0 ? ["zz_godwit_rows", "aa_godwit_truncate"] : ["zz_godwit_insert", "zz_godwit_update", "zz_godwit_delete", "aa_godwit_truncate"];

    private static string Function(CapturedRelation table) => TargetName.Qualify("godwit", $"record_{table.Id}");

    internal static string KeyColumn(int part) => string.Create(CultureInfo.InvariantCulture, $"k{part + 1}");

    private static string Values(CapturedRelation table, string row) => string.Join(", ", table.Key.Select(k => $"{row}.{TargetName.Quote(k)}"));
}
