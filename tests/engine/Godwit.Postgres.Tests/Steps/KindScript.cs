using Godwit.Engine.Gates.Audit;
using Godwit.Engine.Gates.Config;
using Godwit.Engine.Gates.Metric;
using Godwit.Engine.Gates.Smoke;
using Godwit.Engine.Gates.Window;
using Godwit.Engine.Journal;
using Godwit.Engine.Runbooks;
using Godwit.Engine.Runs;
using Godwit.Engine.Steps;
using Godwit.Engine.Steps.Command;
using Godwit.Engine.Steps.Config;
using Godwit.Engine.Steps.Env;
using Godwit.Engine.Steps.Http;
using Godwit.Engine.Steps.Load;
using Godwit.Engine.Steps.Observe;
using Godwit.Engine.Steps.Route;
using Godwit.Engine.Steps.Smoke;
using Godwit.Engine.Steps.Wait;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Audit;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Gates.Integrity;
using Godwit.Postgres.Gates.Lag;
using Godwit.Postgres.Runbooks;
using Godwit.Postgres.Runs;
using Godwit.Postgres.Steps.Maintenance;
using Godwit.Postgres.Steps.Sql;
using Godwit.Postgres.Tests.Runbooks;
using Godwit.Postgres.Tripwires;
using Godwit.Security.Signing;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Steps;

/// <summary>A runbook as a person writes it, with every kind, and runs of it on a database.</summary>
internal sealed class KindScript(TestDatabase database) : IDisposable
{
    private static readonly JournalSigner s_signer = new(SigningKey.Create());

    private static readonly RunbookKinds s_kinds = new(
        [
            new SqlStepKind(), new CommandStepKind(), new HttpStepKind(), new MaintenanceStepKind(), new RouteStepKind(), new EnvStepKind(), new SmokeStepKind(), new LoadStepKind(), new WaitStepKind(), new ObserveStepKind(), new ConfigStepKind(),
        ],
        [new IntegrityGateKind(), new MetricGateKind(), new LagGateKind(), new WindowGateKind(), new ConfigGateKind(), new SmokeGateKind(), new AuditGateKind(new PostgresDatabaseAudit())]);

    private string _phases = "";

    public string Folder { get; } = Directory.CreateTempSubdirectory("godwit-kinds-").FullName;

    public Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);

    public RecordingObserver Observer { get; } = new();

    public TimeProvider Time { get; init; } = TimeProvider.System;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<KindScript> NewAsync(PostgresServers servers) => new(await (await servers.DefaultAsync()).CreateDatabaseAsync(Token));

    public TestDatabase Database => database;

    public KindScript Steps(string steps) => Phases($"  expand:\n    steps:\n{Indent(steps, 6)}");

    public KindScript Gates(string gates) => Phases($"  expand:\n    gates:\n{Indent(gates, 6)}\n    steps:\n      - wait: 0s\n");

    public KindScript Write(string path, string text)
    {
        File.WriteAllText(Path.Combine(Folder, path), text);
        return this;
    }

    public string Read(string path) => File.ReadAllText(Path.Combine(Folder, path));

    public IReadOnlyList<Finding> Check()
    {
        var reading = ReadRunbook();
        return reading.Runbook is null ? reading.Findings : new RunbookPlanner(s_kinds).Plan(reading.Runbook).Findings;
    }

    public async Task<RunbookOutcome> RunAsync()
    {
        var entrance = await RunbookEntry.BeginAsync(
            await TargetAsync(), Guid.NewGuid(), Plan(), new HashSet<string>(StringComparer.Ordinal), Folder, "0.0.0", Runner(), s_signer, Token);
        return await CarryAsync(entrance, r => r.ForwardAsync(finish: false, Token));
    }

    /// <summary>Begins, and asks for a pause once a condition holds.</summary>
    public async Task<RunbookOutcome> RunUntilAsync(Func<Task<bool>> condition)
    {
        var entrance = await RunbookEntry.BeginAsync(
            await TargetAsync(), Guid.NewGuid(), Plan(), new HashSet<string>(StringComparer.Ordinal), Folder, "0.0.0", Runner(), s_signer, Token);
        return await CarryAsync(entrance, async runner =>
        {
            var run = runner.ForwardAsync(finish: false, Token);
            while (!run.IsCompleted && !await condition()) await Task.Delay(20, Token);
            runner.AskToPause();
            return await run;
        });
    }

    public async Task<RunbookOutcome> GoOnUntilAsync(Func<Task<bool>> condition) => await CarryAsync(await TakeOverAsync(), async runner =>
    {
        var run = runner.ForwardAsync(finish: false, Token);
        while (!run.IsCompleted && !await condition()) await Task.Delay(20, Token);
        runner.AskToPause();
        return await run;
    });

    public async Task<RunbookOutcome> GoOnAsync() => await CarryAsync(await TakeOverAsync(), r => r.ForwardAsync(finish: false, Token));

    public async Task<RunbookOutcome> RollBackAsync(Phase? to = null) => await CarryAsync(await TakeOverAsync(), r => r.RollBackAsync(to, Token));

    public async Task<RunbookRun> RunRowAsync()
    {
        await using var connection = await database.OpenAsync(cancellationToken: Token);
        return (await RunbookRows.FindAsync(connection, (await RunbookRows.ListAsync(connection, "kinds", Token))[0].Id, Token))!;
    }

    /// <summary>Everything that the run has put on record.</summary>
    public Task<string> RecordAsync() => database.ScalarAsync<string>(
        "SELECT coalesce((SELECT string_agg(body, E'\\n' ORDER BY sequence) FROM godwit.journal), '') || coalesce((SELECT string_agg(summary || evidence::text, E'\\n') FROM godwit.gates), '') || coalesce((SELECT string_agg(reason, E'\\n') FROM godwit.runs), '')");

    /// <summary>The state and summary of the gate that was asked last.</summary>
    public async Task<(string State, string Summary)> GateAsync()
    {
        var text = await database.ScalarAsync<string>("SELECT state || '|' || summary FROM godwit.gates ORDER BY id DESC LIMIT 1");
        return (text[..text.IndexOf('|', StringComparison.Ordinal)], text[(text.IndexOf('|', StringComparison.Ordinal) + 1)..]);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <param name="phases">What stands below <c>phases:</c>, two spaces in.</param>
    public KindScript Phases(string phases)
    {
        _phases = phases;
        return this;
    }

    private RunbookReading ReadRunbook()
    {
        Write("runbook.yaml", $"godwit: 1\nname: kinds\ntarget: {{env: DATABASE_URL}}\nphases:\n{_phases}\n");
        return new RunbookReader(s_kinds).ReadFile(Path.Combine(Folder, "runbook.yaml"));
    }

    public RunbookPlan Plan()
    {
        var reading = ReadRunbook();
        Assert.True(reading.Runbook is not null, string.Join("\n", reading.Findings));
        var planning = new RunbookPlanner(s_kinds).Plan(reading.Runbook);
        Assert.True(planning.Plan is not null, string.Join("\n", planning.Findings));
        // As the target gives it back.
        return RunbookPlanJson.Read(RunbookPlanJson.Write(planning.Plan));
    }

    private async Task<RunbookEntrance> TakeOverAsync() => await RunbookEntry.TakeOverAsync(
        await TargetAsync(), await RunRowAsync(), [RunbookState.Running, RunbookState.Paused, RunbookState.Complete, RunbookState.Finished], "run-resumed", Runner(), s_signer, _ => { }, Token);

    private async Task<RunbookOutcome> CarryAsync(RunbookEntrance entrance, Func<RunbookRunner, Task<RunbookOutcome>> act)
    {
        await using var run = Assert.IsType<RunbookEntrance.Entered>(entrance).Run;
        await using var queries = new WatchQueries(await TargetAsync(), (_, _) => Task.FromResult<TargetReading?>(null));
        return await act(new RunbookRunner(run, new RunnerOptions
        {
            Kinds = s_kinds, Time = Time, Environment = new Given(Variables), Folder = Folder, Observer = Observer, Jitter = new Random(1), Queries = queries,
        }));
    }

    private async Task<PostgresTarget> TargetAsync()
    {
        var reading = await PostgresTarget.ConnectAsync(
            PostgresUrl.Parse(database.Url).Url!, ConnectionEnvironment.Process with { Variable = name => name == "PGPASSFILE" ? database.Server.PassFile : null }, Token);
        return reading.Target ?? throw new InvalidOperationException(string.Join("; ", reading.Findings));
    }

    private static Runner Runner() => new("a test", new LeaseTerms(TimeSpan.FromSeconds(10)), TimeProvider.System);

    private static string Indent(string text, int spaces) => string.Join('\n', text.Split('\n').Select(l => new string(' ', spaces) + l));

    private sealed class Given(Dictionary<string, string> variables) : IRunEnvironment
    {
        public string? Find(string name) => variables.GetValueOrDefault(name);
    }
}
