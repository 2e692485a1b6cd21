using System.Text.Json.Nodes;
using Godwit.Documents;
using Godwit.Documents.Shapes;
using Godwit.Engine.Keys;
using Godwit.Engine.Runs;
using Godwit.Engine.Steps;
using Godwit.Engine.Steps.Backfill;
using Godwit.Engine.Transforms;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Backfill;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Backfill;

/// <summary>A backfill step as a runbook writes it, on a database of its own.</summary>
internal sealed class Backfilling : IRunEnvironment, IStepProgress
{
    private readonly Dictionary<string, string> _secrets = new(StringComparer.Ordinal) { ["API_KEY_PEPPER"] = "the-server-pepper" };

    private Backfilling(LocalRun run, string yaml)
    {
        Run = run;
        Write(yaml);
    }

    public static readonly BackfillStepKind Kind = new(new PostgresBackfills(), TransformRegistry.Standard);

    public LocalRun Run { get; }

    public TestDatabase Database => Run.Database;

    public StepSettings Settings { get; private set; } = null!;

    public IStep Step { get; private set; } = null!;

    public List<string> Notes { get; } = [];

    /// <summary>What the run has of the target's keyring.</summary>
    public IRunKeyring Keyring { get; set; } = NoRunKeyring.Instance;

    public Func<bool> PauseRequested { get; set; } = () => false;

    public static async Task<Backfilling> MakeAsync(PostgresServer server, string schema, string yaml)
    {
        var run = await LocalRun.MakeAsync(server);
        await run.Database.ExecuteAsync(schema);
        return new Backfilling(run, yaml);
    }

    /// <summary>The step's settings, which have to be without findings.</summary>
    public void Write(string yaml)
    {
        Settings = Read(yaml);
        Assert.Empty(Kind.Check(Settings, new Dictionary<string, PlannedFile>(StringComparer.Ordinal)));
        Step = Kind.Bind(Settings, new Dictionary<string, PlannedFile>(StringComparer.Ordinal));
    }

    public static StepSettings Read(string yaml)
    {
        var codes = new ShapeCodes(FindingCodes.MapFile, FindingCodes.MapUnknown, FindingCodes.MapFile, FindingCodes.MapFile, FindingCodes.MapFile);
        var reading = ShapeReader.Read(YamlReader.Read(yaml, "test.yaml", FindingCodes.MapFile).Root!, Kind.Shape, new ShapeSource("test.yaml", new DocumentFolder("."), "", codes));
        Assert.Empty(reading.Findings);
        return new StepSettings { Id = "fill", Kind = "backfill", Settings = (JsonObject)reading.Value! };
    }

    public Task<StepResult> PrecheckAsync() => Step.PrecheckAsync(Context(), Token);

    public Task<StepResult> ApplyAsync() => Step.ApplyAsync(Context(), Token);

    public Task<StepResult> VerifyAsync() => Step.VerifyAsync(Context(), Token);

    public Task<StepResult> UndoAsync() => Step.UndoAsync(Context(), Token);

    /// <summary>All of a step, as a run does it.</summary>
    public async Task<StepResult> RunAsync()
    {
        AssertPassed(await PrecheckAsync());
        AssertPassed(await ApplyAsync());
        var verified = await VerifyAsync();
        AssertPassed(verified);
        return verified;
    }

    public static void AssertPassed(StepResult result) =>
        Assert.True(result is StepResult.Passed, result switch
        {
            StepResult.Failed failed => string.Join("; ", failed.Findings.Select(f => $"{f.Code} {f.Message}")),
            StepResult.Undecided undecided => undecided.Reason,
            _ => "",
        });

    public static Finding AssertFailed(StepResult result, FindingCode code)
    {
        var finding = Assert.Single(Assert.IsType<StepResult.Failed>(result).Findings);
        Assert.Equal(code, finding.Code);
        return finding;
    }

    public void Forget(string secret) => _secrets.Remove(secret);

    string? IRunEnvironment.Find(string name) => _secrets.GetValueOrDefault(name);

    void IStepProgress.Report(long done, long? total, string? note)
    {
        if (note is not null) Notes.Add(note);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private StepContext Context() => new()
    {
        Run = new Guid("11111111-2222-3333-4444-555555555555"),
        Step = Settings,
        Phase = Phase.Backfill,
        Target = Run,
        IdempotencyKey = "",
        Effects = null!,
        Folder = ".",
        Time = TimeProvider.System,
        Environment = this,
        Keyring = Keyring,
        Progress = this,
        PauseRequested = PauseRequested,
    };
}
