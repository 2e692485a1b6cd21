using System.Text.Json;
using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Gates;
using Godwit.Engine.Journal;
using Godwit.Engine.Runs;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Notices;

/// <summary>
/// Finds out which notices a transaction's journal entries call for: what is told is what is on record, and each entry is committed once. A plan without notices costs
/// nothing here.
/// </summary>
public sealed class NoticeWatch(RunbookPlan plan, Guid run)
{
    /// <summary>A window that is waited for opens soon: <c>phase</c>, <c>opens</c>, <c>closes</c>, <c>ahead</c>.</summary>
    public const string WindowNear = "window-near";

    /// <summary>A phase is about to begin, and somebody has to be told before: <c>phase</c>, <c>round</c>.</summary>
    public const string PhaseAnnounced = "phase-announced";

    /// <summary>The kind of gate that a statement of somebody's opens.</summary>
    private const string Attested = "attested";

    private readonly IReadOnlyList<NoticeSettings> _notices = NoticeSettings.All(plan);
    private readonly Dictionary<string, string> _gates = plan.Phases.SelectMany(p => p.Gates).GroupBy(g => g.Id, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Kind, StringComparer.Ordinal);

    // What was told just now: the pause that follows says the same.
    private string? _told;

    public bool IsNeeded => _notices.Count > 0;

    public IReadOnlyList<NoticeDraft> Of(IReadOnlyList<JournalEntry> entries) => _notices.Count == 0 ? [] : [.. entries.SelectMany(Of)];

    private IEnumerable<NoticeDraft> Of(JournalEntry entry)
    {
        if (Occurred(entry) is not { } what) return [];
        var facts = new NoticeFacts(plan, run, what, entry.At);
        return _notices.Where(n => n.When.Contains(what.Event) && Fits(n, what)).SelectMany(n => Enumerable.Range(0, n.Channel.Parts)
            .Select(part => new NoticeDraft(n.Id, part, what.Event, what.Key, n.Required, n.GiveUp, facts.Write(n))));
    }

    /// <summary>A phase that waits for a notice is told of before it begins, to everybody else when it does; each hears of a window so long ahead as it wants to.</summary>
    private static bool Fits(NoticeSettings notice, NoticeOccurrence what) => what.Event switch
    {
        NoticeEvent.Phase => notice.Required == what.Announced,
        NoticeEvent.Before => DurationText.Write(notice.Ahead) == what.Ahead,
        _ => true,
    };

    private NoticeOccurrence? Occurred(JournalEntry entry)
    {
        // With its hash: after a restore, the same number is another entry's.
        var key = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{entry.Sequence}-{entry.Hash[..12]}");
        switch (entry.Kind)
        {
            case "run-began":
                return new NoticeOccurrence(NoticeEvent.Began, key, "running");
            case WindowNear when Body(entry) is { } near:
                return new NoticeOccurrence(NoticeEvent.Before, $"{Word(near, "phase")} {Word(near, "opens")} {Word(near, "ahead")}", "waiting")
                {
                    Phase = Word(near, "phase"), Ahead = Word(near, "ahead"), Opens = Time(near, "opens"), Closes = Time(near, "closes"), Zone = Word(near, "zone"),
                };
            case PhaseAnnounced when Body(entry) is { } announced:
                return new NoticeOccurrence(NoticeEvent.Phase, $"{Word(announced, "phase")} {Word(announced, "round")}", "running") { Phase = Word(announced, "phase"), Announced = true };
            case "phase-began" when Body(entry) is { } began:
                return new NoticeOccurrence(NoticeEvent.Phase, key, "running") { Phase = Word(began, "phase") };
            case GateNote.JournalKind when Body(entry) is { } gate && IsForPeople(gate) && PhaseNames.Find(Word(gate, "phase") ?? "") is { } phase:
                _told = $"gate {Word(gate, "gate")} of {PhaseNames.Of(phase)}:";
                return new NoticeOccurrence(NoticeEvent.ApprovalNeeded, key, "waiting") { Phase = PhaseNames.Of(phase), Roles = ApprovalRoles.Of(plan, phase), Reason = Word(gate, "summary") };
            case RollbackApprovals.JournalKind when Body(entry) is { } waits:
                return new NoticeOccurrence(NoticeEvent.ApprovalNeeded, key, "waiting") { Phase = "rollback", Roles = [.. (waits["roles"] as JsonArray ?? []).Select(r => r!.ToString())], Reason = Word(waits, "missing") };
            case "step-failed" or "step-not-verified" or "step-precheck-failed" or "step-undo-failed" when Body(entry) is { } failed && failed["undecided"] is null:
                _told = $"step {Word(failed, "step")}:";
                return new NoticeOccurrence(NoticeEvent.Failed, key, "failed") { Reason = $"{_told} {Word(failed, "reason")}" };
            case "run-paused" when Body(entry) is var paused:
                // After a rollback in part the run stands still on purpose.
                var reason = Word(paused, "reason");
                if ((_told is not null && reason?.StartsWith(_told, StringComparison.Ordinal) is true) || reason?.StartsWith("rolled back to ", StringComparison.Ordinal) is true) return null;
                return paused?["failed"] is null ? new NoticeOccurrence(NoticeEvent.Paused, key, "paused") { Reason = reason } : new NoticeOccurrence(NoticeEvent.Failed, key, "failed") { Reason = reason };
            case "run-resumed":
                // A run that is resumed as one at work was left by a runner that said nothing.
                return new NoticeOccurrence(NoticeEvent.Resumed, key, "running") { Reason = Word(Body(entry), "was") == nameof(RunbookState.Running) ? "its runner was gone" : null };
            case "run-complete":
                return new NoticeOccurrence(NoticeEvent.Done, key, "complete");
            case "run-finished":
                return new NoticeOccurrence(plan.Phases.Any(p => p.Phase == Phase.Contract) ? NoticeEvent.Finished : NoticeEvent.Done, key, "finished");
            case "run-rolled-back":
                return new NoticeOccurrence(NoticeEvent.RolledBack, key, "rolled-back");
            case "rollback-ended" when Body(entry) is { } part:
                return new NoticeOccurrence(NoticeEvent.RolledBack, key, "rolled-back-in-part") { Phase = Word(part, "phase"), Reason = $"rolled back to the end of {Word(part, "phase")}" };
            case "run-aborted":
                return new NoticeOccurrence(NoticeEvent.Aborted, key, "aborted");
            default:
                return null;
        }
    }

    /// <summary>One of the runbook's that a person opens, or one that is none of the runbook's: whether the people have approved that it names.</summary>
    private bool IsForPeople(JsonObject gate) =>
        Word(gate, "state") != nameof(GateState.Pass) && (_gates.TryGetValue(Word(gate, "gate") ?? "", out var kind) ? kind == Attested : plan.Approvals.Count > 0);

    private static JsonObject? Body(JournalEntry entry)
    {
        try
        {
            return JsonNode.Parse(entry.Body) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Word(JsonObject? body, string name) => body?[name]?.ToString();

    private static DateTimeOffset? Time(JsonObject body, string name) =>
        DateTimeOffset.TryParse(Word(body, name), System.Globalization.CultureInfo.InvariantCulture, out var time) ? time : null;
}
