using Godwit.Engine.Backups;
using Godwit.Postgres.Ledger;
using Npgsql;

namespace Godwit.Postgres.Backups;

/// <summary>What a backup notes of its database beside the rows, and what a restored one is compared with.</summary>
internal static class DatabaseFacts
{
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
        """;

    private const string Sequences = """
        SELECT c.oid::regclass::text, s.seqincrement FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
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

    /// <summary>Where each sequence stands now, whatever the snapshot: the value that comes next, as far as that can be compared.</summary>
    public static async Task<IReadOnlyDictionary<string, long>> ReadSequencesAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var names = new List<(string Name, long Step)>();
        await using (var command = new NpgsqlCommand(Sequences, connection))
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
