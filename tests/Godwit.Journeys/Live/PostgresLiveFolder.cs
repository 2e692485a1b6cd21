using Godwit.Journeys.FromPostgres;
using Godwit.Journeys.Runbooks;
using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Live;

/// <summary>A runbook that moves a bank's schema from PostgreSQL live, switches and ends it.</summary>
/// <param name="Folder">The runbook's.</param>
/// <param name="Source">The old side's database.</param>
/// <param name="From">The old side's schema.</param>
/// <param name="To">The new side's schema.</param>
internal sealed record PostgresLiveFolder(RunbookFolder Folder, TestDatabase Source, string From, string To) : IDisposable
{
    /// <param name="servers">Where both sides are.</param>
    /// <param name="oneDatabase">Whether they are two schemas of one database.</param>
    /// <param name="schema">The old side's.</param>
    public static async Task<PostgresLiveFolder> PrepareAsync(PostgresServers servers, bool oneDatabase, string schema = "bank")
    {
        var folder = await RunbookFolder.PrepareAsync(servers);
        return await PrepareAsync(folder, oneDatabase ? folder.Target : await folder.Target.Server.CreateDatabaseAsync(TestContext.Current.CancellationToken), schema);
    }

    /// <param name="folder">The runbook's, with the new side's database.</param>
    /// <param name="source">The old side's database, of whatever server.</param>
    /// <param name="schema">The old side's.</param>
    /// <param name="held">Whether the run waits, when all is copied and verified, until <see cref="GoOnAsync"/>.</param>
    public static async Task<PostgresLiveFolder> PrepareAsync(RunbookFolder folder, TestDatabase source, string schema = "bank", bool held = false)
    {
        var oneDatabase = source == folder.Target;
        if (held) await folder.Target.ExecuteAsync("CREATE TABLE public.held(go boolean); INSERT INTO public.held VALUES (false)");
        await source.ExecuteAsync(Bank.PostgresSchema(schema));
        folder.Environment["OLD_URL"] = source.Url.Replace("@", $":{source.Server.Password}@", StringComparison.Ordinal);
        folder.Environment["PGPASSFILE"] = folder.Target.Server.PassFile;
        var to = oneDatabase ? "safe" : schema;
        folder.Runbook(
            $$$"""
              backfill:
                steps:
                  - {id: bank, move: {source: old, from_schema: FROM, schema: {{{to}}}, live: true}}
            HELD
              switch:
                steps:
                  - {id: over, cutover: {move: bank, limit: 60s}}
              contract:
                steps:
                  - {id: end, release: bank, irreversible: the old side is kept no longer}
            """.Replace("FROM", schema, StringComparison.Ordinal).Replace("HELD\n", held ? "      - {id: held, wait: {until: {sql: \"SELECT go FROM public.held\"}, every: 100ms, within: 5m}}\n" : "", StringComparison.Ordinal),
            sources: "{old: {env: OLD_URL}}");
        return new PostgresLiveFolder(folder, source, schema, to);
    }

    /// <summary>Waits until the run is held.</summary>
    public Task HeldAsync(GodwitProcess runner) => Patience.UntilAsync(async () =>
        runner.HasExited || (await Folder.Target.ScalarAsync<bool>("SELECT to_regclass('godwit.live_moves') IS NOT NULL") && await Folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.steps WHERE id = 'held' AND state = 'Applying'") == 1));

    public Task GoOnAsync() => Folder.Target.ExecuteAsync("UPDATE public.held SET go = true");

    public Bank Writers() => new(() => PostgresBankSide.OpenAsync(Source, From), () => PostgresBankSide.OpenAsync(Folder.Target, To)) { Follows = true };

    public Task<IReadOnlyCollection<string>> ReceiptsAsync() => LiveFolder.TextsAsync(Folder, $"SELECT id FROM {To}.receipts");

    public Task<IReadOnlyCollection<string>> ReceiptsAtOldAsync() => LiveFolder.TextsAsync(Source, $"SELECT id FROM {From}.receipts");

    public Task<long> TotalAsync() => Folder.Target.ScalarAsync<long>($"SELECT sum(balance)::bigint FROM {To}.accounts");

    /// <summary>Everything that the old side's database holds but rows; of one that is the new side's too, the old schema.</summary>
    public async Task<string> SchemaAsync() => Source == Folder.Target ? await SchemaDump.OfAsync(Source, From) : await SchemaDump.OfAsync(Source, "bank|public|godwit");

    public void Dispose() => Folder.Dispose();
}
