using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Gates;
using Godwit.Engine.Journal;
using Godwit.Engine.Ledger;
using Godwit.Engine.People;
using Godwit.Engine.Reports;
using Godwit.Engine.Runbooks;
using Godwit.Engine.Runs;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Tests.Reports;

/// <summary>A run as a target would have it, and its reports. Nothing was carried out.</summary>
internal sealed class ReportedRun
{
    public static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly RunbookKinds s_kinds = new([.. ((string[])["sql", "backfill", "backup", "restore", "smoke", "observe"]).Select(n => new NamedKind(n))], []);

    private readonly List<JournalEntry> _journal = [];
    private readonly List<GateRow> _gates = [];

    public Guid Run { get; } = new("11111111-2222-3333-4444-555555555555");

    public RunbookState State { get; init; } = RunbookState.Complete;

    public JournalState Journal { get; init; } = JournalState.Sound;

    public List<GateSettings> Gates { get; } = [];

    public List<StepSettings> Steps { get; } = [];

    public Dictionary<string, StepState> States { get; } = [];

    public JsonObject? PersonalData { get; set; }

    public JsonObject? Backups { get; set; }

    public List<string> Catalog { get; } = [];

    public Func<RunRecord, RunRecord> Change { get; set; } = r => r;

    public ReportedRun Step(string id, string kind, string settings = "{}", string? title = null)
    {
        Steps.Add(new StepSettings { Id = id, Kind = kind, Title = title, Settings = JsonNode.Parse(settings)!.AsObject() });
        return this;
    }

    public ReportedRun Gate(string id, string kind, string state = "Pass", string evidence = "{}", string summary = "seen")
    {
        if (Gates.TrueForAll(g => g.Id != id)) Gates.Add(new GateSettings { Id = id, Kind = kind, Settings = [] });
        Note("gate", $$"""{"gate":"{{id}}","phase":"expand","state":"{{state}}","summary":"{{summary}}","sha256":"{{GateNote.HashOf(evidence)}}","evidence":{{evidence}}}""");
        _gates.Add(new GateRow(Phase.Expand, id, Noon, Enum.Parse<GateState>(state), summary, evidence));
        return this;
    }

    public ReportedRun Note(string kind, string body = "{}")
    {
        _journal.Add(new JournalEntry(_journal.Count + 1, Noon.AddMinutes(_journal.Count), kind, body, "a", "b"));
        return this;
    }

    /// <summary>An entry that names the catalog.</summary>
    public ReportedRun Phased(string kind) => Note(kind, $$"""{"phase":"expand","catalog":"{{HashOfCatalog()}}"}""");

    /// <summary>In Markdown, marks not escaped: tests look for words.</summary>
    public string Text(ReportKind kind = ReportKind.Full) => ReportMarkdown.Write(Report(kind)).Replace("\\", "", StringComparison.Ordinal);

    public Report Report(ReportKind kind = ReportKind.Full) => RunReport.Of(Record(), s_kinds, "1.2.3", kind);

    /// <summary>The row of a framework's table.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Control(string framework, string id) => Report(ReportKind.Auditors).Blocks
        .SkipWhile(b => b is not ReportBlock.Heading heading || heading.Text != framework).OfType<ReportBlock.Matrix>().First().Rows.Single(r => r[0][0].StartsWith(id + ":", StringComparison.Ordinal));

    private RunRecord Record()
    {
        var plan = new RunbookPlan
        {
            Name = "shop", Parameters = new Dictionary<string, string>(StringComparer.Ordinal), Roles = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal), KeepOld = TimeSpan.FromDays(7),
            Files = new Dictionary<string, PlannedFile>(StringComparer.Ordinal), Hash = new string('d', 64), PersonalData = PersonalData, Backups = Backups, Phases = [new PhaseSettings(Phase.Expand, TimeSpan.FromHours(1), Gates, Steps)],
        };
        var run = new RunbookRun
        {
            Id = Run, Plan = plan, State = State, StartedAt = Noon, Now = Noon.AddHours(2), EndedAt = Noon.AddHours(1), ToolVersion = "1.2.3", Folder = "/",
            Phases = [new PhaseRow(Phase.Expand, Noon, Noon.AddMinutes(5), new string('c', 64))],
            Steps = [.. Steps.Select(s => new StepRow(s.Id, Phase.Expand, States.GetValueOrDefault(s.Id, StepState.Verified), 1, 1234, 1234, Noon, Noon.AddMinutes(1)))],
        };
        var verdict = new JournalVerdict { Run = Run, State = Journal, Faults = [], End = new JournalPosition(_journal.Count, new string('e', 64)), SignedTo = _journal.Count, Signers = ["kid"], UnknownSigners = [], Forks = [] };
        var catalogs = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal) { [HashOfCatalog()] = Catalog };
        return Change(new RunRecord(run, _gates, _journal, verdict, catalogs)
        {
            Signed = new PeopleRecords(run.Now, new TargetIdentity("1", "2", "1", null), PeopleRegister.Empty, [], []),
            Accepted = Acceptance.Read(_journal),
        });
    }

    private string HashOfCatalog() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(Catalog.Select(l => l + "\n")))));

    private sealed class NamedKind(string name) : IStepKind
    {
        public string Name => name;

        public string Summary => name;

        public Shape.Map Shape { get; } = new();

        public IEnumerable<Finding> Check(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files) => [];

        public IStep Bind(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files) => new NamedStep();
    }

    private sealed class NamedStep : IStep
    {
        public string? Irreversible => null;

        public string UndoSummary => "takes nothing";

        public Task<StepResult> PrecheckAsync(StepContext context, CancellationToken cancellation) => Task.FromResult(StepResult.Done);

        public Task<StepResult> ApplyAsync(StepContext context, CancellationToken cancellation) => Task.FromResult(StepResult.Done);

        public Task<StepResult> VerifyAsync(StepContext context, CancellationToken cancellation) => Task.FromResult(StepResult.Done);

        public Task<StepResult> UndoAsync(StepContext context, CancellationToken cancellation) => Task.FromResult(StepResult.Done);
    }
}
