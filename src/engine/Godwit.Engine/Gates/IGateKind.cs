using Godwit.Documents.Shapes;
using Godwit.Engine.Checks;
using Godwit.Engine.Estimates;
using Godwit.Engine.People;
using Godwit.Engine.Rehearsals;
using Godwit.Engine.Runs;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Gates;

/// <summary>A kind of gate: what it is called, what its settings look like, and how one is made.</summary>
public interface IGateKind
{
    /// <summary>The key in the runbook: lower-case letters.</summary>
    string Name { get; }

    /// <summary>One sentence for the schema and the editor.</summary>
    string Summary { get; }

    Shape.Map Shape { get; }

    /// <summary>Whether what it asks is about the data alone, so that a gate that opened before a run's first step has to open again once all is rolled back.</summary>
    bool HoldsAfterRollback => false;

    /// <summary>Whether people open it: a runner that was told to wait asks it again until they have.</summary>
    bool WaitsForPeople => false;
    /// <summary>
    /// Whether a rehearsal asks it: what is about the schema, the data and the runbook's own files. What is about people, the time, backups and live traffic has no answer on a
    /// copy, and is put on record as not asked.
    /// </summary>
    bool IsAskedInRehearsal(GateSettings gate) => false;

    IEnumerable<Finding> Check(GateSettings gate, IReadOnlyDictionary<string, PlannedFile> files);

    IGate Bind(GateSettings gate, IReadOnlyDictionary<string, PlannedFile> files);
}

/// <summary>A question that is asked before a phase begins. Asking changes nothing, and may be repeated.</summary>
public interface IGate
{
    Task<GateVerdict> EvaluateAsync(GateContext context, CancellationToken cancellation);
}

/// <summary>What a gate may look at.</summary>
public sealed record GateContext
{
    public required Guid Run { get; init; }

    public required GateSettings Gate { get; init; }

    public required Phase Phase { get; init; }

    public required IRunTarget Target { get; init; }

    /// <summary>The runbook's folder on this machine.</summary>
    public required string Folder { get; init; }

    public required TimeProvider Time { get; init; }

    public required IRunEnvironment Environment { get; init; }

    /// <summary>The runbook's settings of backups; null where it has none.</summary>
    public System.Text.Json.Nodes.JsonObject? Backups { get; init; }

    /// <summary>Other databases that checks ask.</summary>
    public ICheckSources CheckSources { get; init; } = NoCheckSources.Instance;

    /// <summary>How long phases are expected to take.</summary>
    public IReadOnlyDictionary<Phase, PhaseEstimate> Estimates { get; init; } = new Dictionary<Phase, PhaseEstimate>();
    /// <summary>Who has agreed; null where nobody can be asked.</summary>
    public Func<Demand, CancellationToken, Task<GateVerdict>>? AskPeople { get; init; }
    /// <summary>As in <see cref="StepContext.Rehearsal"/>.</summary>
    public RehearsalRules? Rehearsal { get; init; }
}

/// <summary>Only <see cref="Pass"/> opens a gate.</summary>
public enum GateState
{
    /// <summary>It holds.</summary>
    Pass,

    /// <summary>It does not hold.</summary>
    Fail,

    /// <summary>What was seen does not decide it, e.g. too few samples.</summary>
    Inconclusive,

    /// <summary>What it asks did not answer.</summary>
    NoData,
}

/// <param name="State">The answer.</param>
/// <param name="Summary">What was seen, in one sentence: no row's value, no secret.</param>
public sealed record GateVerdict(GateState State, string Summary)
{
    /// <summary>What was seen, by name: kept with the run and in its journal. No row's value, no secret.</summary>
    public IReadOnlyDictionary<string, string> Evidence { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The people whose word was counted.</summary>
    public IReadOnlyList<AcceptedStatement> People { get; init; } = [];

    /// <summary>What is to be said of a gate that stays closed.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];
}
