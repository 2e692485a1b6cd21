using Godwit.Engine.Rollback;
using Godwit.Postgres.Runbooks;
using Npgsql;

namespace Godwit.Postgres.Rollback;

/// <summary>What of a database is not as it ought to be, in one round trip.</summary>
internal static class TraceQuery
{
    /// <summary>
    /// A sequence is compared with its column only where an index leads with the column: to look at every row of a large table is not worth it. query_to_xml asks
    /// a query that is made of names, one for each sequence; OFFSET 0 keeps the comparison behind the conditions
    /// (https://www.postgresql.org/docs/current/functions-xml.html#FUNCTIONS-XML-MAPPING).
    /// </summary>
    private const string Sql = """
        SET LOCAL TRANSACTION READ ONLY;
        SET LOCAL statement_timeout = '30s';
        SET LOCAL lock_timeout = '1s';
        WITH own AS (SELECT oid FROM pg_namespace WHERE nspname <> ALL ('{godwit,pg_catalog,information_schema,pg_toast}') AND nspname NOT LIKE 'pg\_temp%' AND nspname NOT LIKE 'pg\_toast\_temp%')
        SELECT 'index', c.oid::regclass::text
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN own ON own.oid = c.relnamespace WHERE NOT (i.indisvalid AND i.indisready AND i.indislive)
        UNION ALL
        SELECT 'constraint', concat(k.conname, ' of ', k.conrelid::regclass)
        FROM pg_constraint k JOIN own ON own.oid = k.connamespace WHERE NOT k.convalidated
        UNION ALL
        SELECT 'trigger', concat(t.tgname, ' of ', t.tgrelid::regclass)
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN own ON own.oid = c.relnamespace JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE NOT t.tgisinternal AND (n.nspname = 'godwit' OR t.tgname LIKE 'godwit\_%')
        UNION ALL
        SELECT 'sequence', s.name FROM (
            SELECT q.oid::regclass::text AS name, coalesce(v.last_value, v.start_value - v.increment_by) AS last,
                substring(query_to_xml(format('SELECT max(%I) AS m FROM %s', a.attname, d.refobjid::regclass), true, true, '')::text FROM '<m>(-?[0-9]+)</m>')::numeric AS most
            FROM pg_class q JOIN own ON own.oid = q.relnamespace JOIN pg_namespace n ON n.oid = q.relnamespace
            JOIN pg_sequences v ON v.schemaname = n.nspname AND v.sequencename = q.relname AND v.increment_by > 0
            JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = q.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
            JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
            WHERE q.relkind = 'S' AND has_table_privilege(d.refobjid, 'SELECT') AND has_sequence_privilege(q.oid, 'SELECT') AND NOT row_security_active(d.refobjid)
              AND EXISTS (SELECT FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am m ON m.oid = x.relam
                          WHERE i.indrelid = d.refobjid AND i.indkey[0] = d.refobjsubid AND i.indisvalid AND i.indpred IS NULL AND m.amname = 'btree')
            OFFSET 0) s
        WHERE s.most > s.last
        ORDER BY 1, 2
        """;

    public static async Task<TargetTraces> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        try
        {
            var found = new List<(string Kind, string Name)>();
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            await using (var command = new NpgsqlCommand(Sql, connection, transaction))
            await using (var reader = await command.ExecuteReaderAsync(cancellation))
            {
                while (await reader.ReadAsync(cancellation)) found.Add((reader.GetString(0), reader.GetString(1)));
            }
            await transaction.CommitAsync(cancellation);
            return new TargetTraces(Of("index"), Of("constraint"), Of("trigger"), Of("sequence"));

            string[] Of(string kind) => [.. found.Where(f => f.Kind == kind).Select(f => f.Name)];
        }
        catch (PostgresException e)
        {
            // Somebody holds a table: to look once more is for whoever asks.
            return new TargetTraces([], [], [], [], $"the target refused to be looked at: {TargetFaults.Of(e).Message} (SQLSTATE {e.SqlState})");
        }
    }
}
