using Godwit.Engine.Journal;
using Godwit.Engine.Runbooks;
using Godwit.Engine.Runs;
using Godwit.Engine.Steps;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Runbooks;
using Godwit.Postgres.Runs;
using Godwit.Postgres.Tests.Runbooks;
using Godwit.Security.Signing;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Backfill;

/// <summary>A backfill as a step of a run: lease, journal, progress in the run's own tables.</summary>
public sealed class BackfillRunTests(PostgresServers servers)
{
    private static readonly JournalSigner Signer = new(SigningKey.Create());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_fills_verifies_and_rolls_back()
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        await database.ExecuteAsync(
            """
            CREATE TABLE public.clients (id int PRIMARY KEY, api_key text NOT NULL);
            CREATE TABLE public.api_keys (client int NOT NULL, hash text NOT NULL UNIQUE, made_by uuid);
            INSERT INTO public.clients SELECT n, 'raw key ' || n FROM generate_series(1, 1500) n;
            INSERT INTO public.api_keys VALUES (1, 'of the application', NULL);
            """);
        var step = Backfilling.Read("{from: clients, into: api_keys, conflict: [hash], columns: {client: {copy: id}, hash: {hash: {from: api_key, key: PEPPER}}}, marker: made_by}") with { Id = "keys" };
        var plan = RunbookPlanJson.WithHash(new()
        {
            Name = "script",
            Parameters = new Dictionary<string, string>(StringComparer.Ordinal),
            Roles = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal),
            KeepOld = TimeSpan.Zero,
            Files = new Dictionary<string, PlannedFile>(StringComparer.Ordinal),
            Phases = [new PhaseSettings(Phase.Backfill, TimeSpan.FromMinutes(5), [], [step])],
        });
        var script = new Script(database);
        var entered = await RunbookEntry.BeginAsync(
            await script.TargetAsync(), Guid.NewGuid(), plan, new HashSet<string>(StringComparer.Ordinal) { "keys" }, "/nowhere", "0.0.0", Runner(), Signer, Token);
        await using (var run = Assert.IsType<RunbookEntrance.Entered>(entered).Run)
            Assert.Equal(new RunbookOutcome.Reached(RunbookState.Finished), await RunnerOf(run).ForwardAsync(finish: false, Token));
        Assert.Equal(1501, await database.ScalarAsync<long>("SELECT count(*) FROM public.api_keys"));
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM godwit.journal WHERE body::text LIKE '%raw key%' OR body::text LIKE '%the pepper%'"));

        var again = await RunbookEntry.TakeOverAsync(await script.TargetAsync(), await script.ReadAsync(), [RunbookState.Finished], "run-resumed", Runner(), Signer, _ => { }, Token);
        await using (var run = Assert.IsType<RunbookEntrance.Entered>(again).Run)
            Assert.Equal(new RunbookOutcome.Reached(RunbookState.RolledBack), await RunnerOf(run).RollBackAsync(null, Token));
        Assert.Equal("of the application", await database.ScalarAsync<string>("SELECT string_agg(hash, ',') FROM public.api_keys"));
    }

    private static Runner Runner() => new("a test", new LeaseTerms(TimeSpan.FromSeconds(4)), TimeProvider.System);

    private static RunbookRunner RunnerOf(PostgresRun run) => new(run, new RunnerOptions
    {
        Kinds = new RunbookKinds([Backfilling.Kind], []),
        Time = TimeProvider.System,
        Environment = new Pepper(),
        Folder = "/nowhere",
        Observer = new RecordingObserver(),
        Jitter = new Random(1),
    });

    private sealed class Pepper : IRunEnvironment
    {
        public string? Find(string name) => name == "PEPPER" ? "the pepper" : null;
    }
}
