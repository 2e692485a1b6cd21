using Godwit.Engine.Checks;
using Godwit.Engine.Estimates;
using Godwit.Engine.Keys;
using Godwit.Engine.Figures;
using Godwit.Engine.Notices;
using Godwit.Engine.Rehearsals;
using Godwit.Engine.Runbooks;
using Godwit.Engine.Steps;
using Godwit.Model.Runbooks;
using Godwit.Security.Signing;

namespace Godwit.Engine.Runs;

/// <summary>What a runner works with besides the run.</summary>
public sealed record RunnerOptions
{
    public required RunbookKinds Kinds { get; init; }

    public required TimeProvider Time { get; init; }

    public required IRunEnvironment Environment { get; init; }

    /// <summary>The keys of the target's keyring.</summary>
    public IRunKeyring Keyring { get; init; } = NoRunKeyring.Instance;

    /// <summary>Other databases that checks ask.</summary>
    public ICheckSources CheckSources { get; init; } = NoCheckSources.Instance;

    /// <summary>Databases that tripwires ask, on connections of their own.</summary>
    public IFigureQueries Queries { get; init; } = NoFigureQueries.Instance;

    /// <summary>Whether a person has looked at the tripwires that fired so far.</summary>
    public bool Seen { get; init; }

    /// <summary>The runbook's folder on this machine.</summary>
    public required string Folder { get; init; }

    /// <summary>Told what happens.</summary>
    public required IRunObserver Observer { get; init; }

    /// <summary>Sends the run's notices.</summary>
    public IRequiredNotices Notices { get; init; } = NobodySends.Instance;

    /// <summary>What was measured of the plan's phases.</summary>
    public IPhaseEstimates Estimates { get; init; } = NoPhaseEstimates.Instance;

    /// <summary>For the jitter of waits.</summary>
    public required Random Jitter { get; init; }

    /// <summary>Whose pins of people count.</summary>
    public KnownSigners Known { get; init; } = new([]);

    /// <summary>Waits for people who have yet to agree, instead of pausing.</summary>
    public bool Wait { get; init; }

    /// <summary>Why nobody has to agree here: of a rehearsal, which changes nothing that counts. Null asks everybody. No option of the command line sets it.</summary>
    public string? Waived { get; init; }

    /// <summary>What a person decided about a statement of which nobody knows whether it was done.</summary>
    public UnknownStatement? Unknown { get; init; }

    /// <summary>What a rehearsal leaves out and shortens; null in a real run.</summary>
    public RehearsalRules? Rehearsal { get; init; }

    /// <summary>The step as this run carries it out.</summary>
    public IStep Bind(StepSettings step, IReadOnlyDictionary<string, PlannedFile> files) =>
        Rehearsal is { } rules ? rules.Adapt(step, Kinds.Step(step.Kind), Kinds.Bind(step, files)) : Kinds.Bind(step, files);
}

/// <summary>What is to become of a statement that was begun outside a transaction and whose end nobody saw.</summary>
public enum UnknownStatement
{
    /// <summary>It did not happen: carry it out again.</summary>
    Again,

    /// <summary>It happened: go on with the next.</summary>
    Done,
}

/// <summary>Whoever watches a runner at work. Called from the runner's own flow; must not throw.</summary>
public interface IRunObserver : IStepProgress
{
    void PhaseBegins(Model.Runbooks.Phase phase);

    void StepBegins(string step, string title, bool undo);

    void StepEnds(string step, bool undo);

    void Gate(string gate, Gates.GateVerdict verdict);

    /// <summary>Something worth a line: a wait, a retry.</summary>
    void Note(string text);
}
