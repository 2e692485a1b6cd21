using Godwit.Cli.Keys;
using Godwit.Cli.Live;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Godwit.Cli.Move;
using Godwit.Cli.Notices;
using Godwit.Cli.People;
using Godwit.Cli.Tripwires;
using Godwit.Engine.Runs;
using Godwit.Model.Runbooks;

namespace Godwit.Cli.Runs;

/// <summary>What the commands about runs print with <c>--json</c>. Keys are stable; a newer version may add some.</summary>
internal sealed record RunDocument
{
    public string Command { get; init; } = "";

    /// <summary><c>complete</c>, <c>finished</c>, <c>rolled-back</c>, <c>paused</c>, <c>refused</c>, <c>status</c>, <c>planned</c>, <c>reported</c>, <c>adopted</c>, <c>would-adopt</c>, <c>uninstalled</c>, <c>detached</c>, <c>passed</c>, <c>wrong</c>, <c>written</c>, <c>signed</c>, <c>people</c>, <c>changed</c>, <c>done</c>, <c>listed</c>, <c>previewed</c>, <c>sent</c>, <c>not-sent</c>, <c>interrupted</c> or <c>fault</c>.</summary>
    public required string Outcome { get; init; }

    public required int ExitCode { get; init; }

    public string? Run { get; init; }

    public string? Runbook { get; init; }

    /// <summary>The plan's hash.</summary>
    public string? Plan { get; init; }

    public string? State { get; init; }

    /// <summary>Why it is paused; of a demo, the command that stopped it and what that said.</summary>
    public string? Reason { get; init; }

    public bool? RollingBack { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>What a demo measured, and what it found when it looked whether anything was lost: numbers by name, milliseconds and seconds where the name says so.</summary>
    public IReadOnlyDictionary<string, double>? Figures { get; init; }

    public RunnerDocument? Runner { get; init; }

    /// <summary>Copies of the journal that are made elsewhere.</summary>
    public IReadOnlyList<CopyDocument>? Journal { get; init; }

    public RollbackDocument? Rollback { get; init; }

    /// <summary>What the newest rollback was decided by: the journal's entry.</summary>
    public JsonObject? Decided { get; init; }

    /// <summary>What the checklist of the newest rollback saw: the journal's entry.</summary>
    public JsonObject? Checked { get; init; }

    /// <summary>Where the run's tripwires stand.</summary>
    public IReadOnlyList<TripwireDocument>? Tripwires { get; init; }

    public IReadOnlyList<GateDocument>? Gates { get; init; }

    /// <summary>The notices of the runbook.</summary>
    public IReadOnlyList<NoticePlanDocument>? NoticePlan { get; init; }

    /// <summary>The notices of the run, and how they stand.</summary>
    public IReadOnlyList<NoticeDocument>? Notices { get; init; }

    /// <summary>Notices as they would read.</summary>
    public IReadOnlyList<NoticePreview>? Previews { get; init; }

    /// <summary>Who is on call now; null where the runbook does not say.</summary>
    public IReadOnlyList<string>? OnCall { get; init; }

    /// <summary>The runbook's timetable, and how it stands.</summary>
    public IReadOnlyList<TimetableDocument>? Timetable { get; init; }

    /// <summary>How far replicas of the target are behind; null when there is none.</summary>
    public string? Lag { get; init; }

    /// <summary>Where live moves stand.</summary>
    public IReadOnlyList<LiveDocument>? Live { get; init; }

    public IReadOnlyList<StepDocument>? Steps { get; init; }

    /// <summary>The table that another tool keeps its history in, or the baseline.</summary>
    public string? History { get; init; }

    /// <summary>Steps that were done before Godwit came.</summary>
    public IReadOnlyList<AdoptedDocument>? Adopted { get; init; }

    /// <summary>The process that a run was left to.</summary>
    public int? Process { get; init; }

    /// <summary>The file that it prints to.</summary>
    public string? Log { get; init; }

    /// <summary>Variables and files by name, and what is wrong with them; never a value.</summary>
    public IReadOnlyDictionary<string, string>? Configuration { get; init; }

    /// <summary>The signed certificate of a run that is over.</summary>
    public string? Certificate { get; init; }

    /// <summary>The file that was written.</summary>
    public string? File { get; init; }

    /// <summary>The files that were written.</summary>
    public IReadOnlyList<string>? Files { get; init; }

    /// <summary>The text of a file that is shown.</summary>
    public string? Text { get; init; }

    /// <summary>The rows of each table that was dropped.</summary>
    public IReadOnlyDictionary<string, long>? Removed { get; init; }

    /// <summary>The last entry of the journal: number and hash.</summary>
    public string? Head { get; init; }

    public IReadOnlyList<RunLine>? Runs { get; init; }

    /// <summary>What people have to agree to, and who has.</summary>
    public IReadOnlyList<DemandDocument>? Approvals { get; init; }

    /// <summary>Who is pinned, and who was.</summary>
    public IReadOnlyList<PersonDocument>? People { get; init; }

    /// <summary>The keys of the keyring; of a command that changes one, that key.</summary>
    public IReadOnlyList<KeyDocument>? Keys { get; init; }

    /// <summary>Columns that hold what keys made; of a command that registers one, that column.</summary>
    public IReadOnlyList<KeyColumnDocument>? KeyColumns { get; init; }

    /// <summary>The keyring's version.</summary>
    public long? Keyring { get; init; }

    /// <summary>Hosts that work with the keyring, and the version that each has.</summary>
    public IReadOnlyDictionary<string, long>? Hosts { get; init; }

    /// <summary>Which master key wraps what is new.</summary>
    public string? MasterKey { get; init; }

    /// <summary>How many were done.</summary>
    public long? Count { get; init; }

    /// <summary>Secrets by name, and what became of each; never a value.</summary>
    public IReadOnlyDictionary<string, string>? Secrets { get; init; }

    /// <summary>The hash of the statement that was signed.</summary>
    public string? Statement { get; init; }

    /// <summary>A public key, as a JSON Web Key.</summary>
    public string? Key { get; init; }

    public IReadOnlyList<FindingDocument> Findings { get; init; } = [];

    public string? Fault { get; init; }

    /// <summary>What to do now.</summary>
    public string? Next { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, RunDocumentJson.Default.RunDocument);

    /// <summary>Null when the text is no such document.</summary>
    public static RunDocument? TryRead(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, RunDocumentJson.Default.RunDocument);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <param name="SecondsSinceHeartbeat">By the database's clock.</param>
internal sealed record RunnerDocument(string Holder, double SecondsSinceHeartbeat, bool Alive);

/// <param name="State"><c>up-to-date</c>, <c>behind</c>, <c>failing</c>, <c>refused</c> or <c>rewound</c>.</param>
/// <param name="At">When this was written down, by the database's clock.</param>
internal sealed record CopyDocument(string Sink, string State, long Sent, DateTimeOffset? At, int Failures, string? Problem);

/// <param name="Possible">Whether anything that is done cannot be undone.</param>
/// <param name="Loses">What going back now would lose, in a sentence.</param>
internal sealed record RollbackDocument(bool Possible, int Steps, double Seconds, string Loses, string From)
{
    /// <summary>The row of the decision matrix that holds now; null when the run is over.</summary>
    public DecisionDocument? Decision { get; init; }

    /// <summary>Who has signed for going back all the way, and who is missing; null where nobody has to.</summary>
    public DemandDocument? Approval { get; init; }
}

/// <param name="State"><c>Pass</c>, <c>Fail</c>, <c>Inconclusive</c> or <c>NoData</c>: its newest answer.</param>
internal sealed record GateDocument(string Gate, string Phase, string State, string Summary, DateTimeOffset At)
{
    /// <summary>Whose word it went by; null where it asks nobody.</summary>
    public IReadOnlyList<SignedDocument>? People { get; init; }
}

/// <param name="State"><c>done</c>, <c>late</c>, <c>past</c> where nothing tells whether it happened, or <c>ahead</c>; of a decision by attestation <c>go</c>, <c>held</c> or <c>ahead</c>.</param>
/// <param name="LateSeconds">How late it happened, or is by now.</param>
internal sealed record TimetableDocument(string At, string What, IReadOnlyList<string> Who, bool Decision, string State, double? LateSeconds)
{
    /// <summary>The gate by which people decide; null where nothing waits for it.</summary>
    public string? Gate { get; init; }
}

/// <param name="Migration">What the other tool calls it.</param>
/// <param name="Compared">Whether the file was compared with a checksum that the tool kept.</param>
internal sealed record AdoptedDocument(string Step, string Migration, bool Compared);

internal sealed record StepDocument(string Id, string Phase, string Kind, string State, int Attempts, long Done, long? Total, double? Seconds, string Undo, string? Irreversible)
{
    /// <summary>Rows or parts a second now; null when nobody is at work on it.</summary>
    public double? PerSecond { get; init; }

    /// <summary>What a step that waits has seen so far, and when it goes on.</summary>
    public string? Seen { get; init; }
}

internal sealed record RunLine(string Run, string Runbook, string State, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string Plan, string? Reason)
{
    public static RunLine Of(RunbookRun run) => new(run.Id.ToString(), run.Plan.Name, RunWords.Of(run.State), run.StartedAt, run.EndedAt, run.Plan.Hash, run.Reason);
}

/// <summary>States as people and documents read them.</summary>
internal static class RunWords
{
    public static string Of(RunbookState state) => state == RunbookState.RolledBack ? "rolled-back" : state.ToString().ToLowerInvariant();

    public static string Of(Phase phase) => PhaseNames.Of(phase);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(RunDocument))]
internal sealed partial class RunDocumentJson : JsonSerializerContext;
