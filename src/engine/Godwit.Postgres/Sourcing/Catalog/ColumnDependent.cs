using Godwit.Postgres.Verification;
using Npgsql;

namespace Godwit.Postgres.Sourcing.Catalog;

/// <summary>Something of a source that speaks of a column, by pg_depend.</summary>
/// <param name="Table">The column's table.</param>
/// <param name="Column">Its number.</param>
/// <param name="Kind">Of what depends on it: a constraint's contype, <c>index</c>, <c>default</c>, <c>generated</c>, <c>view</c>, or <c>other</c>.</param>
/// <param name="Owner">The table of the constraint or default, the view, or the index itself.</param>
/// <param name="Name">Of a constraint.</param>
/// <param name="Text">As the server describes it.</param>
internal sealed record ColumnDependent(long Table, int Column, string Kind, long Owner, string Name, string Text)
{
    /// <summary>NOT NULL goes with its column, and so is left out.</summary>
    private const string Sql = """
        SELECT d.refobjid::bigint, d.refobjsubid,
               CASE WHEN k.oid IS NOT NULL THEN k.contype::text WHEN i.oid IS NOT NULL THEN 'index' WHEN v.oid IS NOT NULL THEN 'view'
                    WHEN f.oid IS NULL THEN 'other' WHEN g.attgenerated <> '' THEN CASE WHEN f.adnum = d.refobjsubid THEN 'own' ELSE 'generated' END
                    WHEN f.adrelid = d.refobjid AND f.adnum = d.refobjsubid THEN 'default' ELSE 'other' END,
               coalesce(k.conrelid, i.oid, v.ev_class, f.adrelid, 0)::bigint, coalesce(k.conname::text, ''), pg_describe_object(d.classid, d.objid, d.objsubid)
        FROM pg_depend d JOIN pg_class c ON c.oid = d.refobjid JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_constraint k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid
        LEFT JOIN pg_class i ON d.classid = 'pg_class'::regclass AND i.oid = d.objid AND i.relkind IN ('i', 'I')
        LEFT JOIN pg_rewrite v ON d.classid = 'pg_rewrite'::regclass AND v.oid = d.objid
        LEFT JOIN pg_attrdef f ON d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid
        LEFT JOIN pg_attribute g ON g.attrelid = f.adrelid AND g.attnum = f.adnum
        WHERE d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND n.nspname = $1 AND c.relkind IN ('r', 'p') AND coalesce(k.contype::text, '') <> 'n'
        """;

    public static async Task<IReadOnlyList<ColumnDependent>> ReadAsync(NpgsqlConnection connection, string schema, CancellationToken cancellation) =>
        await TargetQuery.ReadAsync(connection, Sql, r => new ColumnDependent(r.GetInt64(0), r.GetInt32(1), r.GetString(2), r.GetInt64(3), r.GetString(4), r.GetString(5)), cancellation, schema);
}
