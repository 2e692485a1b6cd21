using Godwit.Postgres.Verification;
using Npgsql;

namespace Godwit.Postgres.Live.Exchange;

/// <summary>
/// What stands on a table beside its rows and its shape, and a move does not bring over: owner, privileges, row security with its policies, replica identity, comments. Whoever may do something with the table that
/// is in use may do the same with the one that takes its place.
/// </summary>
internal static class CarriedRights
{
    // Grants that others than the owner have made become the owner's: what may be done is the same.
    private const string Privileges = """
        WITH pair AS (SELECT o, a::regclass::oid AS a, b::regclass::oid AS b, k AS kind, a AS name, alone FROM unnest($1::text[], $2::text[], $3::text[], $4::boolean[]) WITH ORDINALITY AS u (a, b, k, alone, o)),
        two AS (SELECT p.*, x.relowner AS owner, y.relowner AS was, x.relacl AS acl, y.relacl AS former, CASE p.kind WHEN 'SEQUENCE' THEN 's' ELSE 'r' END::"char" AS default_of
                FROM pair p JOIN pg_class x ON x.oid = p.a JOIN pg_class y ON y.oid = p.b),
        col AS (SELECT p.o, x.attname, x.attacl AS acl, y.attacl AS former
                FROM pair p JOIN pg_attribute x ON x.attrelid = p.a AND x.attnum > 0 AND NOT x.attisdropped JOIN pg_attribute y ON y.attrelid = p.b AND y.attname = x.attname AND NOT y.attisdropped WHERE p.kind = 'TABLE'),
        other AS (SELECT o FROM two WHERE owner <> was OR acl::text IS DISTINCT FROM former::text UNION SELECT o FROM col WHERE acl::text IS DISTINCT FROM former::text),
        statement AS (
          SELECT o, 1 AS step, format('ALTER %s %s OWNER TO %I', kind, name, pg_get_userbyid(owner)) AS text FROM two WHERE owner <> was AND alone
          UNION ALL
          SELECT DISTINCT t.o, 2, format('REVOKE ALL ON %s %s FROM %s CASCADE', t.kind, t.name, CASE WHEN g.id = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.id)) END)
          FROM two t JOIN other USING (o) CROSS JOIN LATERAL (
            SELECT CASE WHEN e.grantee = t.was THEN t.owner ELSE e.grantee END FROM aclexplode(coalesce(t.former, acldefault(t.default_of, t.was))) e
            UNION SELECT t.owner UNION SELECT e.grantee FROM col c CROSS JOIN LATERAL aclexplode(c.former) e WHERE c.o = t.o) AS g (id)
          UNION ALL
          SELECT t.o, 3, format('GRANT %s ON %s %s TO %s%s', string_agg(e.privilege_type, ', '), t.kind, t.name, CASE WHEN e.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(e.grantee)) END, CASE WHEN e.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
          FROM two t JOIN other USING (o) CROSS JOIN LATERAL (SELECT DISTINCT x.grantee, x.privilege_type, x.is_grantable FROM aclexplode(coalesce(t.acl, acldefault(t.default_of, t.owner))) x) e
          GROUP BY t.o, t.kind, t.name, e.grantee, e.is_grantable
          UNION ALL
          SELECT t.o, 4, format('GRANT %s ON %s TO %s%s', string_agg(format('%s (%I)', e.privilege_type, c.attname), ', '), t.name, CASE WHEN e.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(e.grantee)) END, CASE WHEN e.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
          FROM two t JOIN other USING (o) JOIN col c USING (o) CROSS JOIN LATERAL (SELECT DISTINCT x.grantee, x.privilege_type, x.is_grantable FROM aclexplode(c.acl) x) e
          GROUP BY t.o, t.name, e.grantee, e.is_grantable)
        SELECT text FROM statement ORDER BY o, step, text
        """;

    // A policy's expression is bound to tables by their numbers: it is made anew from its text, which names those in use. So are statistics that the other table has not: within one schema none are moved.
    private const string Rest = """
        WITH pair AS (SELECT o, a::regclass::oid AS a, b::regclass::oid AS b, a AS name FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS u (a, b, o)),
        two AS (SELECT p.*, x.relrowsecurity AS secured, y.relrowsecurity AS was_secured, x.relforcerowsecurity AS forced, y.relforcerowsecurity AS was_forced, x.relreplident AS identity, y.relreplident AS was_identity
                FROM pair p JOIN pg_class x ON x.oid = p.a JOIN pg_class y ON y.oid = p.b),
        statement AS (
          SELECT t.o, 0 AS step, format('DROP STATISTICS %I.%I', n.nspname, s.stxname) AS text FROM two t JOIN pg_statistic_ext s ON s.stxrelid = t.a JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE format('%I.%I', n.nspname, s.stxname) <> ALL ($3::text[])
          UNION ALL
          SELECT t.o, 7, pg_get_statisticsobjdef(s.oid) FROM two t JOIN pg_statistic_ext s ON s.stxrelid = t.a JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE format('%I.%I', n.nspname, s.stxname) <> ALL ($3::text[])
          UNION ALL
          SELECT o, 1, format('ALTER TABLE %s %s ROW LEVEL SECURITY', name, CASE WHEN secured THEN 'ENABLE' ELSE 'DISABLE' END) FROM two WHERE secured <> was_secured
          UNION ALL
          SELECT o, 2, format('ALTER TABLE %s %s ROW LEVEL SECURITY', name, CASE WHEN forced THEN 'FORCE' ELSE 'NO FORCE' END) FROM two WHERE forced <> was_forced
          UNION ALL
          SELECT t.o, 3, format('DROP POLICY %I ON %s', p.polname, t.name) FROM two t JOIN pg_policy p ON p.polrelid = t.b
          UNION ALL
          SELECT t.o, 4, format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', p.polname, t.name, CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
                   CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
                   (SELECT string_agg(CASE WHEN r.role = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r.role)) END, ', ' ORDER BY r.place) FROM unnest(p.polroles) WITH ORDINALITY r (role, place)),
                   ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')
          FROM two t JOIN pg_policy p ON p.polrelid = t.a
          UNION ALL
          SELECT t.o, 5, format('ALTER TABLE %s REPLICA IDENTITY %s', t.name, CASE t.identity WHEN 'd' THEN 'DEFAULT' WHEN 'n' THEN 'NOTHING' WHEN 'f' THEN 'FULL'
                   ELSE 'USING INDEX ' || (SELECT quote_ident(c.relname) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = t.a AND i.indisreplident) END)
          FROM two t WHERE t.identity <> t.was_identity
          UNION ALL
          SELECT t.o, 6, format('COMMENT ON TABLE %s IS %L', t.name, obj_description(t.a, 'pg_class')) FROM two t WHERE obj_description(t.a, 'pg_class') IS DISTINCT FROM obj_description(t.b, 'pg_class')
          UNION ALL
          SELECT t.o, 6, format('COMMENT ON COLUMN %s.%I IS %L', t.name, x.attname, col_description(t.a, x.attnum))
          FROM two t JOIN pg_attribute x ON x.attrelid = t.a AND x.attnum > 0 AND NOT x.attisdropped JOIN pg_attribute y ON y.attrelid = t.b AND y.attname = x.attname AND NOT y.attisdropped
          WHERE col_description(t.a, x.attnum) IS DISTINCT FROM col_description(t.b, y.attnum))
        SELECT text FROM statement ORDER BY o, step, text
        """;

    /// <summary>Read before names are exchanged, to be carried out after it: what is in use then is the other.</summary>
    public static async Task<IReadOnlyList<string>> WriteAsync(NpgsqlConnection connection, IReadOnlyList<NamePair> pairs, IReadOnlyList<PartPair> parts, CancellationToken cancellation)
    {
        var tables = pairs.Where(p => p.Kind == "TABLE").ToList();
        var sequences = parts.Where(p => p.Used.Kind == "SEQUENCE").Select(p => new NamePair(p.Used.Schema, p.Used.Name, p.Other.Schema, p.Other.Name, "SEQUENCE")).ToList();
        // A column's sequence is its table's owner's.
        var all = pairs.Select(p => (Pair: p, Alone: true)).Concat(sequences.Select(s => (Pair: s, Alone: false))).ToList();
        // Quoted as the query that gets them quotes.
        var statistics = await TargetQuery.ReadAsync(
            connection, "SELECT format('%I.%I', s, n) FROM unnest($1::text[], $2::text[]) AS u (s, n)", r => r.GetString(0), cancellation,
            parts.Where(p => p.Used.Kind == "STATISTICS").Select(p => p.Used.Schema).ToArray(), parts.Where(p => p.Used.Kind == "STATISTICS").Select(p => p.Used.Name).ToArray());
        return
        [
            .. await TargetQuery.ReadAsync(
                connection, Privileges, r => r.GetString(0), cancellation,
                all.Select(p => p.Pair.Used).ToArray(), all.Select(p => p.Pair.Other).ToArray(), all.Select(p => p.Pair.Kind).ToArray(), all.Select(p => p.Alone).ToArray()),
            .. await TargetQuery.ReadAsync(connection, Rest, r => r.GetString(0), cancellation, tables.Select(t => t.Used).ToArray(), tables.Select(t => t.Other).ToArray(), statistics.ToArray()),
        ];
    }
}
