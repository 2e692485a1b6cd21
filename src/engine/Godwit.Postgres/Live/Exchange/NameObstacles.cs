using Godwit.Model.Findings;
using Godwit.Model.Names;
using Godwit.Postgres.Verification;
using Npgsql;

namespace Godwit.Postgres.Live.Exchange;

/// <summary>
/// What would not follow a name: PostgreSQL binds views, rules, foreign keys, functions with parsed bodies and much else to a table's number, and they would go on with the table that is put aside. Each is named.
/// </summary>
internal static class NameObstacles
{
    private const string Dependents = """
        WITH used AS (SELECT n::regclass::oid AS id FROM unnest($1::text[]) AS u (n)),
        thing AS (
          SELECT 'pg_class'::regclass::oid AS class, id FROM used
          UNION SELECT 'pg_class'::regclass, d.objid FROM used u JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = u.id AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
            JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S'
          UNION SELECT 'pg_type'::regclass, t.id FROM used u JOIN pg_class c ON c.oid = u.id JOIN pg_type y ON y.oid = c.reltype CROSS JOIN LATERAL (VALUES (y.oid), (y.typarray)) AS t (id) WHERE t.id <> 0),
        dependent AS (SELECT DISTINCT d.classid, d.objid FROM thing t JOIN pg_depend d ON d.refclassid = t.class AND d.refobjid = t.id WHERE (d.classid, d.objid) NOT IN (SELECT class, id FROM thing)),
        owner AS (
          -- Whose part it is, where it is a table's or a view's.
          SELECT d.*, CASE d.classid
              WHEN 'pg_class'::regclass THEN coalesce((SELECT i.indrelid FROM pg_index i WHERE i.indexrelid = d.objid), d.objid)
              WHEN 'pg_attrdef'::regclass THEN (SELECT a.adrelid FROM pg_attrdef a WHERE a.oid = d.objid)
              WHEN 'pg_constraint'::regclass THEN (SELECT k.conrelid FROM pg_constraint k WHERE k.oid = d.objid)
              WHEN 'pg_trigger'::regclass THEN (SELECT g.tgrelid FROM pg_trigger g WHERE g.oid = d.objid)
              WHEN 'pg_policy'::regclass THEN (SELECT p.polrelid FROM pg_policy p WHERE p.oid = d.objid)
              WHEN 'pg_statistic_ext'::regclass THEN (SELECT s.stxrelid FROM pg_statistic_ext s WHERE s.oid = d.objid)
              WHEN 'pg_rewrite'::regclass THEN (SELECT r.ev_class FROM pg_rewrite r WHERE r.oid = d.objid) END AS table_id
          FROM dependent d)
        SELECT DISTINCT CASE WHEN d.classid = 'pg_rewrite'::regclass AND c.relkind IN ('v', 'm') THEN (SELECT o.type || ' ' || o.identity FROM pg_identify_object('pg_class'::regclass, c.oid, 0) o)
                             ELSE (SELECT o.type || ' ' || o.identity FROM pg_identify_object(d.classid, d.objid, 0) o) END AS what
        FROM owner d LEFT JOIN pg_class c ON c.oid = d.table_id
        WHERE d.classid NOT IN ('pg_publication_rel'::regclass) AND NOT coalesce(c.relkind = 't', false)
          AND (d.classid = 'pg_rewrite'::regclass OR d.table_id IS NULL OR d.table_id NOT IN (SELECT id FROM used))
        UNION
        SELECT 'publication ' || quote_ident(p.pubname) FROM pg_publication_tables p JOIN pg_namespace n ON n.nspname = p.schemaname JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = p.tablename WHERE c.oid IN (SELECT id FROM used)
        UNION
        SELECT format('%s %s, of which it is a part', CASE WHEN p.relispartition OR p.relkind = 'p' THEN 'partitioned table' ELSE 'table' END, p.oid::regclass) FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent
        WHERE i.inhrelid IN (SELECT id FROM used) AND i.inhparent NOT IN (SELECT id FROM used)
        ORDER BY 1
        """;

    // A value that an application declares as of the one type is none of the other, and a statement that it has prepared fails where its answer's types change.
    private const string Types = """
        SELECT format('%s.%I', u.a::regclass, x.attname), format_type(x.atttypid, x.atttypmod), format_type(y.atttypid, y.atttypmod) FROM unnest($1::text[], $2::text[]) AS u (a, b)
        JOIN pg_attribute x ON x.attrelid = u.a::regclass AND x.attnum > 0 AND NOT x.attisdropped JOIN pg_attribute y ON y.attrelid = to_regclass(u.b) AND y.attname = x.attname AND NOT y.attisdropped
        WHERE x.atttypid <> y.atttypid ORDER BY 1
        """;

    // Types of the schema that is moved become others in the new one; those of an extension stay what they are.
    private const string PlannedTypes = """
        SELECT format('%s.%I', u.a::regclass, x.attname), format_type(x.atttypid, x.atttypmod) FROM unnest($1::text[]) AS u (a)
        JOIN pg_attribute x ON x.attrelid = u.a::regclass AND x.attnum > 0 AND NOT x.attisdropped JOIN pg_type t ON t.oid = x.atttypid
        LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A' JOIN pg_namespace n ON n.oid = coalesce(e.typnamespace, t.typnamespace)
        WHERE n.nspname = $2 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = coalesce(e.oid, t.oid) AND d.deptype = 'e') ORDER BY 1
        """;

    private const string Rights = """
        SELECT has_database_privilege(current_database(), 'CREATE'), has_schema_privilege($1, 'CREATE'), has_schema_privilege($2, 'CREATE'), (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),
          (SELECT string_agg(DISTINCT quote_ident(pg_get_userbyid(c.relowner)), ', ') FROM pg_class c WHERE c.oid = ANY ($3::text[]::regclass[]) AND NOT has_schema_privilege(c.relowner, $1, 'CREATE'))
        """;

    /// <summary>The same before the others are there.</summary>
    public static async Task<IReadOnlyList<Finding>> FindPlannedAsync(NpgsqlConnection connection, IReadOnlyList<NamePair> pairs, string schema, string otherSchema, CancellationToken cancellation)
    {
        var findings = new List<Finding>(await FindDependentsAsync(connection, pairs, cancellation));
        if (schema == otherSchema) return findings;
        foreach (var (column, type) in await TargetQuery.ReadAsync(connection, PlannedTypes, r => (r.GetString(0), r.GetString(1)), cancellation, pairs.Where(p => p.Kind == "TABLE").Select(p => p.Used).ToArray(), schema))
            findings.Add(Error($"column {column} is of the type {type}, which stands in the schema that is moved and becomes another with it: {Prepared}", OtherType));
        if (await TargetQuery.ReadAsync(connection, "SELECT has_database_privilege(current_database(), 'CREATE')", r => r.GetBoolean(0), cancellation) is [false]) findings.Add(NoSchemaBetween);
        return findings;
    }

    /// <param name="connection">In a transaction that has locked them, or to look beforehand.</param>
    /// <param name="pairs">Tables, and sequences that stand alone.</param>
    /// <param name="schema">Where those stand that are in use.</param>
    /// <param name="otherSchema">Where the others do, or will.</param>
    /// <param name="cancellation">Stops.</param>
    public static async Task<IReadOnlyList<Finding>> FindAsync(NpgsqlConnection connection, IReadOnlyList<NamePair> pairs, string schema, string otherSchema, CancellationToken cancellation)
    {
        var findings = new List<Finding>(await FindDependentsAsync(connection, pairs, cancellation));
        var tables = pairs.Where(p => p.Kind == "TABLE").ToList();
        foreach (var (column, now, then) in await TargetQuery.ReadAsync(connection, Types, r => (r.GetString(0), r.GetString(1), r.GetString(2)), cancellation, tables.Select(t => t.Used).ToArray(), tables.Select(t => t.Other).ToArray()))
            findings.Add(Error($"column {column} is of the type {now}, and the one that takes its place of {then}: {Prepared}", OtherType));
        var (database, here, there, super, owners) = (await TargetQuery.ReadAsync(
            connection, Rights, r => (r.GetBoolean(0), r.GetBoolean(1), r.GetBoolean(2), r.GetBoolean(3), r.IsDBNull(4) ? null : r.GetString(4)), cancellation, schema, otherSchema, tables.Select(t => t.Used).ToArray()))[0];
        if (schema != otherSchema && !database) findings.Add(NoSchemaBetween);
        foreach (var missing in new[] { (schema, here), (otherSchema, there) }.Where(s => !s.Item2).Select(s => s.Item1).Distinct(StringComparer.Ordinal))
            findings.Add(Error($"this role may not put tables into the schema {missing}", $"GRANT CREATE ON SCHEMA {TargetName.Quote(missing)} to it."));
        if (!super && owners is not null) findings.Add(Error($"tables belong to {owners}, which may not have tables in the schema {schema}: PostgreSQL gives none to it", $"GRANT CREATE ON SCHEMA {TargetName.Quote(schema)} TO {owners}."));
        return findings;
    }

    private static async Task<IEnumerable<Finding>> FindDependentsAsync(NpgsqlConnection connection, IReadOnlyList<NamePair> pairs, CancellationToken cancellation)
    {
        string[] used = [.. pairs.Select(p => p.Used)];
        return (await TargetQuery.ReadAsync(connection, Dependents, r => r.GetString(0), cancellation, (object)used)).Select(what =>
            Error($"{what} is bound to a table of the move by its number, and would go on with the one that is put aside", "Drop it for the time of the move, or move without `rename`."));
    }

    private const string Prepared = "statements that applications have prepared would fail", OtherType = "Let the type stand in a schema that is not moved, or move without `rename`.";

    private static Finding NoSchemaBetween => Error("this role may not make the schema by way of which tables change places", "GRANT CREATE ON DATABASE … to it.");

    private static Finding Error(string message, string remedy) => Finding.Error(FindingCodes.LiveNames, message, null, remedy);
}
