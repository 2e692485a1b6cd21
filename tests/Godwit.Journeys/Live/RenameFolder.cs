using Godwit.Journeys.FromPostgres;
using Godwit.Journeys.Runbooks;
using Godwit.TestServers;

namespace Godwit.Journeys.Live;

/// <summary>A runbook that moves a bank's tables within one database, and exchanges their names with the new ones.</summary>
/// <param name="Folder">The runbook's.</param>
/// <param name="From">The schema in which applications know them.</param>
/// <param name="Role">The application's, which owns nothing.</param>
internal sealed record RenameFolder(RunbookFolder Folder, string From, string Role) : IDisposable
{
    public TestDatabase Database => Folder.Target;

    /// <param name="servers">Where the database is.</param>
    /// <param name="beside">Whether the new tables stand in the same schema, under names of their own.</param>
    /// <param name="held">Whether the run waits before it switches, until <see cref="GoOnAsync"/>.</param>
    /// <param name="more">Statements for the schema <c>bank</c>.</param>
    public static async Task<RenameFolder> PrepareAsync(PostgresServers servers, bool beside = false, bool held = false, string more = "")
    {
        var folder = await RunbookFolder.PrepareAsync(servers);
        var role = $"teller_{Guid.NewGuid():N}";
        var database = folder.Target;
        await database.ExecuteAsync(Tellers.Schema("bank") + "CREATE SEQUENCE bank.tickets INCREMENT 3;" + (held ? "CREATE TABLE public.held(go boolean); INSERT INTO public.held VALUES (false);" : ""));
        await database.ExecuteAsync($"CREATE ROLE {role}; GRANT {role} TO godwit", superuser: true);
        await database.ExecuteAsync(
            $"""
            GRANT USAGE ON SCHEMA bank TO {role};
            GRANT SELECT, UPDATE ON bank.accounts TO {role};
            GRANT INSERT ON bank.receipts, bank.visits TO {role};
            GRANT SELECT (no, id, payer, payee, at) ON bank.receipts TO {role};
            GRANT USAGE ON SEQUENCE bank.tickets, bank.visits_id_seq TO {role};
            """ + more);
        folder.Environment["OLD_URL"] = database.Url.Replace("@", $":{database.Server.Password}@", StringComparison.Ordinal);
        folder.Write("map.yaml", "tables:\n" + string.Concat(new[] { "accounts", "receipts", "visits" }.Select(t => $"  {t}: {{rename: {t}_v2}}\n")));
        folder.Runbook(
            """
              backfill:
                steps:
                  - {id: bank, move: {source: old, from_schema: bank, INTO, live: true}}
            HELD
              switch:
                steps:
                  - {id: over, cutover: {move: bank, limit: 60s, rename: true}}
              contract:
                steps:
                  - {id: end, release: bank, irreversible: the old tables are kept no longer}
            """.Replace("INTO", beside ? "schema: bank, map: map.yaml, tables: [accounts, receipts, visits]" : "schema: safe", StringComparison.Ordinal)
                .Replace("HELD\n", held ? "      - {id: held, wait: {until: {sql: \"SELECT go FROM public.held\"}, every: 100ms, within: 5m}}\n" : "", StringComparison.Ordinal),
            sources: "{old: {env: OLD_URL}}");
        return new RenameFolder(folder, "bank", role);
    }

    public Task GoOnAsync() => Database.ExecuteAsync("UPDATE public.held SET go = true");

    public Tellers Writers() => new(Database, Role, From);

    /// <summary>All that the schema holds but rows, with who may do what.</summary>
    public async Task<string> CatalogAsync()
    {
        await using var connection = await Database.OpenAsync();
        await using var rights = new Npgsql.NpgsqlCommand(
            """
            SELECT string_agg(line, E'\n' ORDER BY line COLLATE "C") FROM (
              SELECT format('%s %s %s %s %s', c.relname, '', x.grantee::regrole, x.privilege_type, x.is_grantable) AS line FROM pg_class c CROSS JOIN LATERAL aclexplode(coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner))) x
              WHERE c.relnamespace = 'bank'::regnamespace AND c.relkind IN ('r', 'S')
              UNION ALL SELECT format('%s %s %s %s %s', c.relname, a.attname, x.grantee::regrole, x.privilege_type, x.is_grantable) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid CROSS JOIN LATERAL aclexplode(a.attacl) x WHERE c.relnamespace = 'bank'::regnamespace
              UNION ALL SELECT format('%s belongs to %s', c.relname, c.relowner::regrole) FROM pg_class c WHERE c.relnamespace = 'bank'::regnamespace) AS l
            """, connection);
        return await SchemaDump.OfAsync(Database, "bank") + (string)(await rights.ExecuteScalarAsync())!;
    }

    public void Dispose() => Folder.Dispose();
}
