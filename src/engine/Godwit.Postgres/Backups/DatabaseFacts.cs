using Godwit.Engine.Backups;
using Godwit.Postgres.Ledger;
using Npgsql;

namespace Godwit.Postgres.Backups;

/// <summary>What a backup notes of its database beside the rows, and what a restored one is compared with.</summary>
internal static class DatabaseFacts
{
    public const string Libc = "libc", Icu = "icu", Builtin = "builtin";

    /// <summary>Before it libc provides every database's locale (https://www.postgresql.org/docs/15/release-15.html).</summary>
    public const int FirstWithProviders = 150_000;

    /// <summary>As pg_dump sees them: an invalid index is not dumped, and of extensions only that they are there.</summary>
    private const string Objects = """
        WITH own AS (SELECT oid FROM pg_namespace WHERE nspname NOT IN ('pg_catalog', 'information_schema') AND nspname !~ '^pg_(toast|temp_)'),
          owned AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e')
        SELECT CASE c.relkind WHEN 'r' THEN 'tables' WHEN 'p' THEN 'partitioned tables' WHEN 'v' THEN 'views' WHEN 'm' THEN 'materialized views' WHEN 'f' THEN 'foreign tables'
            WHEN 'S' THEN 'sequences' WHEN 'c' THEN 'composite types' ELSE 'indexes' END, count(*)
        FROM pg_class c LEFT JOIN pg_index i ON i.indexrelid = c.oid
        WHERE c.relnamespace IN (SELECT oid FROM own) AND c.relpersistence <> 't' AND c.relkind <> 't' AND (i.indexrelid IS NULL OR i.indisvalid OR c.relkind = 'I')
          AND ('pg_class'::regclass, c.oid) NOT IN (SELECT classid, objid FROM owned) AND ('pg_class'::regclass, i.indrelid) NOT IN (SELECT classid, objid FROM owned)
        GROUP BY 1
        UNION ALL SELECT 'routines', count(*) FROM pg_proc p WHERE p.pronamespace IN (SELECT oid FROM own) AND ('pg_proc'::regclass, p.oid) NOT IN (SELECT classid, objid FROM owned)
        UNION ALL SELECT 'constraints', count(*) FROM pg_constraint k WHERE k.connamespace IN (SELECT oid FROM own) AND ('pg_class'::regclass, k.conrelid) NOT IN (SELECT classid, objid FROM owned)
            AND ('pg_type'::regclass, k.contypid) NOT IN (SELECT classid, objid FROM owned)
        UNION ALL SELECT 'triggers', count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND c.relnamespace IN (SELECT oid FROM own)
        UNION ALL SELECT 'types', count(*) FROM pg_type t WHERE t.typtype IN ('e', 'd', 'r') AND t.typnamespace IN (SELECT oid FROM own) AND ('pg_type'::regclass, t.oid) NOT IN (SELECT classid, objid FROM owned)
        UNION ALL SELECT 'policies', count(*) FROM pg_policy
        UNION ALL SELECT 'extensions', count(*) FROM pg_extension
        UNION ALL SELECT 'rules', count(*) FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class WHERE r.rulename <> '_RETURN' AND c.relnamespace IN (SELECT oid FROM own)
            AND ('pg_class'::regclass, c.oid) NOT IN (SELECT classid, objid FROM owned)
        UNION ALL SELECT 'aggregates', count(*) FROM pg_proc p WHERE p.prokind = 'a' AND p.pronamespace IN (SELECT oid FROM own) AND ('pg_proc'::regclass, p.oid) NOT IN (SELECT classid, objid FROM owned)
        UNION ALL SELECT 'operators', count(*) FROM pg_operator o WHERE o.oprcode <> 0 AND o.oprnamespace IN (SELECT oid FROM own) AND ('pg_operator'::regclass, o.oid) NOT IN (SELECT classid, objid FROM owned)
        UNION ALL SELECT 'operator classes', count(*) FROM pg_opclass o WHERE o.opcnamespace IN (SELECT oid FROM own) AND ('pg_opclass'::regclass, o.oid) NOT IN (SELECT classid, objid FROM owned)
        UNION ALL SELECT 'collations', count(*) FROM pg_collation c WHERE c.collnamespace IN (SELECT oid FROM own) AND ('pg_collation'::regclass, c.oid) NOT IN (SELECT classid, objid FROM owned)
        UNION ALL SELECT 'casts', count(*) FROM pg_cast c WHERE c.oid >= 16384 AND ('pg_cast'::regclass, c.oid) NOT IN (SELECT classid, objid FROM owned)
        UNION ALL SELECT 'extended statistics', count(*) FROM pg_statistic_ext s WHERE s.stxnamespace IN (SELECT oid FROM own) AND ('pg_class'::regclass, s.stxrelid) NOT IN (SELECT classid, objid FROM owned)
        UNION ALL SELECT 'text search configurations', count(*) FROM pg_ts_config c WHERE c.cfgnamespace IN (SELECT oid FROM own) AND ('pg_ts_config'::regclass, c.oid) NOT IN (SELECT classid, objid FROM owned)
        UNION ALL SELECT 'event triggers', count(*) FROM pg_event_trigger e WHERE ('pg_event_trigger'::regclass, e.oid) NOT IN (SELECT classid, objid FROM owned)
        UNION ALL SELECT 'publications', count(*) FROM pg_publication p WHERE ('pg_publication'::regclass, p.oid) NOT IN (SELECT classid, objid FROM owned)
        UNION ALL SELECT 'foreign servers', count(*) FROM pg_foreign_server s WHERE ('pg_foreign_server'::regclass, s.oid) NOT IN (SELECT classid, objid FROM owned)
        UNION ALL SELECT 'user mappings', count(*) FROM pg_user_mappings
        UNION ALL SELECT 'default privileges', count(*) FROM pg_default_acl d WHERE (d.defaclnamespace = 0 OR d.defaclnamespace IN (SELECT oid FROM own)) AND ('pg_default_acl'::regclass, d.oid) NOT IN (SELECT classid, objid FROM owned)
        """;

    /// <summary>Which backups of before do not have: what was not counted is not compared.</summary>
    private static readonly HashSet<string> s_later = new(StringComparer.Ordinal)
    {
        "rules", "aggregates", "operators", "operator classes", "collations", "casts", "extended statistics", "text search configurations", "event triggers", "publications", "foreign servers", "user mappings",
        "default privileges",
    };

    private const string Sequences = """
        SELECT c.oid::regclass::text, s.seqincrement FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE (c.relpersistence = 'p' OR (c.relpersistence = 'u' AND NOT $1)) AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
        ORDER BY 1
        """;

    public static async Task<IReadOnlyDictionary<string, long>> CountObjectsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        await using var command = new NpgsqlCommand(Objects, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) counts[reader.GetString(0)] = counts.GetValueOrDefault(reader.GetString(0)) + reader.GetInt64(1);
        return counts;
    }

    /// <summary>Kinds of which there are others than there were.</summary>
    public static IReadOnlyList<string> CompareObjects(IReadOnlyDictionary<string, long> expected, IReadOnlyDictionary<string, long> found) =>
    [
        .. expected.Keys.Union(found.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Where(k => expected.GetValueOrDefault(k) != found.GetValueOrDefault(k) && (expected.ContainsKey(k) || !s_later.Contains(k)))
            .Select(k => $"{found.GetValueOrDefault(k)} {k} instead of {expected.GetValueOrDefault(k)}"),
    ];

    /// <summary>Of this database, or of the whole server.</summary>
    public static async Task<long> CountSubscriptionsAsync(NpgsqlConnection connection, bool everywhere, CancellationToken cancellation)
    {
        // Some columns only are everybody's to read.
        await using var command = new NpgsqlCommand("SELECT count(subname) FROM pg_subscription WHERE $1 OR subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())", connection) { Parameters = { new() { Value = everywhere } } };
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    public static async Task<BackupLocale> ReadLocaleAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        // Which columns there are depends on the version.
        await using var command = new NpgsqlCommand(
            """
            SELECT pg_encoding_to_char(encoding), CASE j ->> 'datlocprovider' WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END, datcollate::text, datctype::text,
                coalesce(j ->> 'datlocale', j ->> 'daticulocale'), j ->> 'daticurules'
            FROM (SELECT d.*, to_jsonb(d) AS j FROM pg_database d WHERE datname = current_database()) d
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new BackupLocale(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.IsDBNull(4) ? null : reader.GetString(4), reader.IsDBNull(5) ? null : reader.GetString(5));
    }

    /// <summary>Where each sequence stands now, whatever the snapshot: the value that comes next, as far as that can be compared.</summary>
    /// <param name="connection">To the database.</param>
    /// <param name="logged">Leaves those out that are in no log.</param>
    /// <param name="cancellation">Stops.</param>
    public static async Task<IReadOnlyDictionary<string, long>> ReadSequencesAsync(NpgsqlConnection connection, bool logged, CancellationToken cancellation)
    {
        var names = new List<(string Name, long Step)>();
        await using (var command = new NpgsqlCommand(Sequences, connection) { Parameters = { new() { Value = logged } } })
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation)) names.Add((reader.GetString(0), reader.GetInt64(1)));
        }
        var values = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var batch in names.Chunk(200))
        {
            // A sequence is read as the relation it is: pg_sequences hides what the role may not use.
            var sql = string.Join(" UNION ALL ", batch.Select((s, i) => $"SELECT {i}, last_value + CASE WHEN is_called THEN 1 ELSE 0 END FROM {s.Name}"));
            await using var command = new NpgsqlCommand(sql, connection);
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation)) values[batch[reader.GetInt32(0)].Name] = reader.GetInt64(1);
        }
        return values;
    }

    public static async Task<BackupOrigin> ReadOriginAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var identity = await TargetIdentityRows.ReadAsync(connection, cancellation);
        await using var command = new NpgsqlCommand(
            "SELECT current_database(), current_user, current_setting('server_version_num')::int, (SELECT rolname FROM pg_roles WHERE oid = 10)", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new BackupOrigin(identity.System, identity.Database, reader.GetString(0), identity.Incarnation, reader.GetInt32(2), reader.GetString(1)) { Superuser = reader.IsDBNull(3) ? null : reader.GetString(3) };
    }
}
