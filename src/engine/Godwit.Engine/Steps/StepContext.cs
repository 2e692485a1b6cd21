using Godwit.Engine.Checks;
using Godwit.Engine.Figures;
using Godwit.Engine.Keys;
using Godwit.Engine.Rehearsals;
using Godwit.Engine.Runs;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Steps;

/// <summary>What a step may use while it runs.</summary>
public sealed record StepContext
{
    public required Guid Run { get; init; }

    public required StepSettings Step { get; init; }

    public required Phase Phase { get; init; }

    /// <summary>The target, with the run's lease held.</summary>
    public required IRunTarget Target { get; init; }

    /// <summary>
    /// The same for every attempt at this direction of this step in this run: outside effects are at least once, and whoever receives one can tell
    /// that it is the same. A step that was taken back and is done again has another one: it is to happen again.
    /// </summary>
    public required string IdempotencyKey { get; init; }

    /// <summary>Where what happens outside the target is noted before it begins.</summary>
    public required IOutsideEffects Effects { get; init; }

    /// <summary>The runbook's folder, for commands; files come from the plan.</summary>
    public required string Folder { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Other databases that the runbook names, and where each is found.</summary>
    public IReadOnlyDictionary<string, ValueFrom> Sources { get; init; } = new Dictionary<string, ValueFrom>(StringComparer.Ordinal);

    /// <summary>Values from outside the runbook, and where secrets come from.</summary>
    public required IRunEnvironment Environment { get; init; }

    /// <summary>The keys of the target's keyring.</summary>
    public IRunKeyring Keyring { get; init; } = NoRunKeyring.Instance;

    /// <summary>The runbook's settings of backups; null where it has none.</summary>
    public System.Text.Json.Nodes.JsonObject? Backups { get; init; }

    /// <summary>Other databases that checks ask.</summary>
    public ICheckSources CheckSources { get; init; } = NoCheckSources.Instance;

    /// <summary>Databases that are asked for figures, on connections of their own.</summary>
    public IFigureQueries Queries { get; init; } = NoFigureQueries.Instance;
    /// <summary>What is left out and shortened because this is a rehearsal; null in a real run.</summary>
    public RehearsalRules? Rehearsal { get; init; }

    /// <summary>Told how far the step is.</summary>
    public required IStepProgress Progress { get; init; }

    /// <summary>What a person decided about a statement of which nobody knows whether it was done; null when nobody has.</summary>
    public UnknownStatement? Unknown { get; init; }

    /// <summary>Polled by long work between its parts: somebody asked the run to pause.</summary>
    public required Func<bool> PauseRequested { get; init; }
}

/// <summary>How far a step is, for whoever watches. Cheap: called for each batch.</summary>
public interface IStepProgress
{
    /// <param name="done">Rows or parts that are done.</param>
    /// <param name="total">All there are, as far as known; null when not.</param>
    /// <param name="note">What it is at, or why it waits; null says nothing new.</param>
    void Report(long done, long? total, string? note = null);

    /// <summary>Figures of the run that tripwires watch; null where nobody does.</summary>
    RunFigures? Figures => null;
}

/// <summary>Variables and secrets of the machine that runs a runbook.</summary>
public interface IRunEnvironment
{
    /// <summary>The value of a variable, or of the file that <c>NAME_FILE</c> names; null when neither is there.</summary>
    string? Find(string name);
}
