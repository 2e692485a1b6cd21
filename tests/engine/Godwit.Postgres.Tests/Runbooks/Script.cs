using System.Text.Json.Nodes;
using Godwit.Engine.Gates;
using Godwit.Engine.Journal;
using Godwit.Engine.Runbooks;
using Godwit.Engine.Runs;
using Godwit.Engine.Steps;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Runbooks;
using Godwit.Postgres.Runs;
using Godwit.Postgres.Steps.Sql;
using Godwit.Postgres.Tests.Backfill;
using Godwit.Security.Signing;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Runbooks;

/// <summary>A small plan of sql steps, and runs of it on a database.</summary>
internal sealed class Script(TestDatabase database)
{
    private static readonly JournalSigner Signer = new(SigningKey.Create());

    private readonly List<(Phase Phase, StepSettings Step)> _steps = [];
    private readonly Dictionary<string, PlannedFile> _files = new(StringComparer.Ordinal);
    private readonly List<(Phase Phase, GateSettings Gate)> _gates = [];

    public List<IGateKind> GateKinds { get; } = [];

    public string Name { get; init; } = "script";

    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(4);

    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(5);

    public RecordingObserver Observer { get; } = new();

    public Script Sql(Phase phase, string id, string up, string? down = null, bool transaction = true, string? irreversible = null, TimeSpan? timeout = null, params (string Query, string Expect)[] verify)
    {
        _files[$"{id}.sql"] = new PlannedFile(up + down, down is null ? up : $"-- godwit:up\n{up}\n-- godwit:down\n{down}");
        var settings = new JsonObject
        {
            ["up"] = $"{id}.sql", ["transaction"] = transaction, ["search_path"] = "public", ["statement_timeout"] = "15m", ["lock_timeout"] = "200ms",
            ["verify"] = new JsonArray([.. verify.Select(v => new JsonObject { ["query"] = v.Query, ["expect"] = v.Expect })]),
        };
        _steps.Add((phase, new StepSettings { Id = id, Kind = "sql", Settings = settings, Irreversible = irreversible, Timeout = timeout }));
        return this;
    }

    public Script Backfill(Phase phase, string id, string yaml)
    {
        _steps.Add((phase, Backfilling.Read(yaml) with { Id = id }));
        return this;
    }

    public Script Gate(Phase phase, string id, string kind)
    {
        _gates.Add((phase, new GateSettings { Id = id, Kind = kind, Settings = [] }));
        return this;
    }

    public RunbookPlan Plan() => RunbookPlanJson.WithHash(new()
    {
        Name = Name,
        Parameters = new Dictionary<string, string>(StringComparer.Ordinal),
        Roles = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal),
        KeepOld = TimeSpan.Zero,
        Files = _files,
        Phases =
        [
            .. _steps.GroupBy(s => s.Phase).OrderBy(g => g.Key).Select(g => new PhaseSettings(
                g.Key, Deadline, [.. _gates.Where(x => x.Phase == g.Key).Select(x => x.Gate)], [.. g.Select(s => s.Step)])),
        ],
    });

    public async Task<RunbookEntrance> BeginAsync() =>
        await RunbookEntry.BeginAsync(await TargetAsync(), Guid.NewGuid(), Plan(), Plan().Phases.SelectMany(p => p.Steps).Select(s => s.Id).ToHashSet(StringComparer.Ordinal), "/nowhere", "0.0.0", Runner(), Signer, TestContext.Current.CancellationToken);

    public async Task<RunbookEntrance> ResumeAsync(params RunbookState[] states)
    {
        var token = TestContext.Current.CancellationToken;
        return await RunbookEntry.TakeOverAsync(
            await TargetAsync(), await ReadAsync(), states.Length == 0 ? [RunbookState.Running, RunbookState.Paused] : states, "run-resumed", Runner(), Signer, _ => { }, token);
    }

    /// <summary>The newest run.</summary>
    public async Task<RunbookRun> ReadAsync()
    {
        var token = TestContext.Current.CancellationToken;
        await using var connection = await database.OpenAsync(cancellationToken: token);
        var newest = (await RunbookRows.ListAsync(connection, Name, token))[0];
        return (await RunbookRows.FindAsync(connection, newest.Id, token))!;
    }

    public RunbookRunner RunnerOf(PostgresRun run, UnknownStatement? unknown = null) => new(run, new RunnerOptions
    {
        Kinds = new RunbookKinds([new SqlStepKind(), Backfilling.Kind], GateKinds),
        Time = TimeProvider.System,
        Environment = new NoEnvironment(),
        Folder = "/nowhere",
        Observer = Observer,
        Jitter = new Random(1),
        Unknown = unknown,
    });

    public async Task<RunbookOutcome> RunAsync()
    {
        await using var run = Assert.IsType<RunbookEntrance.Entered>(await BeginAsync()).Run;
        return await RunnerOf(run).ForwardAsync(finish: false, TestContext.Current.CancellationToken);
    }

    public async Task<RunbookOutcome> GoOnAsync(UnknownStatement? unknown = null)
    {
        await using var run = Assert.IsType<RunbookEntrance.Entered>(await ResumeAsync()).Run;
        return await RunnerOf(run, unknown).ForwardAsync(finish: false, TestContext.Current.CancellationToken);
    }

    public async Task<RunbookOutcome> FinishAsync()
    {
        await using var run = Assert.IsType<RunbookEntrance.Entered>(await ResumeAsync(RunbookState.Complete, RunbookState.Paused)).Run;
        return await RunnerOf(run).ForwardAsync(finish: true, TestContext.Current.CancellationToken);
    }

    public async Task<RunbookOutcome> RollBackAsync(Phase? to = null)
    {
        await using var run = Assert.IsType<RunbookEntrance.Entered>(await ResumeAsync(RunbookState.Running, RunbookState.Paused, RunbookState.Complete, RunbookState.Finished)).Run;
        return await RunnerOf(run).RollBackAsync(to, TestContext.Current.CancellationToken);
    }

    public async Task<PostgresTarget> TargetAsync()
    {
        var reading = await PostgresTarget.ConnectAsync(
            PostgresUrl.Parse(database.Url).Url!, ConnectionEnvironment.Process with { Variable = name => name == "PGPASSFILE" ? database.Server.PassFile : null }, TestContext.Current.CancellationToken);
        return reading.Target ?? throw new InvalidOperationException(string.Join("; ", reading.Findings));
    }

    private Runner Runner() => new("a test", new LeaseTerms(Lease), TimeProvider.System);

    private sealed class NoEnvironment : IRunEnvironment
    {
        public string? Find(string name) => null;
    }
}

internal sealed class RecordingObserver : IRunObserver
{
    public List<string> Lines { get; } = [];

    public void Report(long done, long? total, string? note = null)
    {
    }

    public void PhaseBegins(Phase phase) => Lines.Add($"phase {phase}");

    public void StepBegins(string step, string title, bool undo) => Lines.Add($"{(undo ? "undo" : "do")} {step}");

    public void StepEnds(string step, bool undo)
    {
    }

    public void Gate(string gate, GateVerdict verdict) => Lines.Add($"gate {gate} {verdict.State}");

    public List<string> Notes { get; } = [];

    public void Note(string text)
    {
        Lines.Add("note");
        Notes.Add(text);
    }
}
