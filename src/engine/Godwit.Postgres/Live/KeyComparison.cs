using Npgsql;

namespace Godwit.Postgres.Live;

/// <summary>How the parts of a table's keys are compared: a key of another type than PostgreSQL's own may be equal by an operator that no session of Godwit's would find by its name.</summary>
/// <param name="Operator">With its schema; null for PostgreSQL's own <c>=</c>.</param>
/// <param name="IsExact">Whether what is equal is the same, byte for byte.</param>
/// <param name="FitsArrays">Whether it is neither an array nor a row, which an array would take apart.</param>
internal sealed record KeyComparison(string? Operator, bool IsExact, bool FitsArrays)
{
    // B-tree's equality is strategy 3 (https://www.postgresql.org/docs/current/xindex.html#XINDEX-STRATEGIES).
    private const string Sql = """
        SELECT DISTINCT c.relname::text, a.attname::text, CASE WHEN n.nspname <> 'pg_catalog' OR o.oprname <> '=' THEN format('OPERATOR(%I.%s)', n.nspname, o.oprname) END,
            m.opcintype IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'uuid'::regtype, 'date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype, 'bytea'::regtype, 'bool'::regtype, 'name'::regtype,
                            'anyenum'::regtype)
            OR (m.opcintype = 'text'::regtype AND coalesce(l.collisdeterministic, true)),
            m.opcintype NOT IN ('anyarray'::regtype, 'record'::regtype)
        FROM pg_constraint k JOIN pg_index i ON i.indexrelid = k.conindid JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace s ON s.oid = c.relnamespace
        CROSS JOIN LATERAL unnest(i.indkey::int2[], i.indclass::oid[], i.indcollation::oid[]) AS u(attnum, opclass, coll)
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.attnum
        JOIN pg_opclass m ON m.oid = u.opclass JOIN pg_amop p ON p.amopfamily = m.opcfamily AND p.amoplefttype = m.opcintype AND p.amoprighttype = m.opcintype AND p.amopstrategy = 3
        JOIN pg_operator o ON o.oid = p.amopopr JOIN pg_namespace n ON n.oid = o.oprnamespace LEFT JOIN pg_collation l ON l.oid = u.coll
        WHERE s.nspname = $1 AND k.contype IN ('p', 'u') AND m.opcmethod = (SELECT oid FROM pg_am WHERE amname = 'btree')
        """;

    /// <summary>By table and column, of every primary key and unique constraint of a schema.</summary>
    public static async Task<IReadOnlyDictionary<(string Table, string Column), KeyComparison>> ReadAsync(NpgsqlConnection connection, string schema, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Sql, connection) { Parameters = { new() { Value = schema } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var comparisons = new Dictionary<(string, string), KeyComparison>();
        while (await reader.ReadAsync(cancellation)) comparisons[(reader.GetString(0), reader.GetString(1))] = new KeyComparison(reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetBoolean(3), reader.GetBoolean(4));
        return comparisons;
    }
}
