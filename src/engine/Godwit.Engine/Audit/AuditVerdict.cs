using System.Security.Cryptography;
using System.Text;
using Godwit.Engine.Gates;
using Godwit.Model.Findings;

namespace Godwit.Engine.Audit;

/// <summary>What settings make of the answers of an audit: what counts, what is ignored, what was there before.</summary>
public sealed class AuditVerdict
{
    /// <summary>The keys of the evidence by which a later audit recognises an earlier one.</summary>
    public const string Marker = "audit", Prints = "known", Unseen = "unseen";

    private const int MostShown = 10, MostPrints = 5000;

    private readonly AuditSettings _settings;
    private readonly IReadOnlyList<AuditAnswer> _answers;
    private readonly HashSet<string>? _known;
    private readonly HashSet<string> _unseenBefore;

    /// <param name="settings">What counts.</param>
    /// <param name="answers">Of all checks.</param>
    /// <param name="earlier">The evidence of the audit that this one is held against; null holds it against none.</param>
    public AuditVerdict(AuditSettings settings, IReadOnlyList<AuditAnswer> answers, IReadOnlyDictionary<string, string>? earlier)
    {
        (_settings, _answers) = (settings, answers);
        _known = earlier is null ? null : [.. Words(earlier, Prints)];
        _unseenBefore = earlier is null ? [] : [.. Words(earlier, Unseen)];
        Items = [.. answers.Where(a => a.State == AuditState.Found).SelectMany(a => a.Subjects.Select(s => ItemOf(a.Check, s)))];
    }

    /// <summary>All that was found, in the order of the checks.</summary>
    public IReadOnlyList<AuditItem> Items { get; }

    /// <summary>The answers of checks that could not look.</summary>
    public IEnumerable<AuditAnswer> NotSeen => _answers.Where(a => a.State == AuditState.NotSeen);

    private bool Counts(Severity severity) => severity >= _settings.FailsOn;

    private List<AuditItem> Closing => [.. Items.Where(i => i.Standing == AuditStanding.Counts && Counts(i.Check.Severity))];

    private List<AuditAnswer> Missing => _settings.UnseenCloses
        ? [.. NotSeen.Where(a => Counts(a.Check.Severity) && !_unseenBefore.Contains(a.Check.Id) && !_settings.Ignored.Any(i => i.Id == a.Check.Id && i.Subject is null))]
        : [];

    public GateVerdict Verdict()
    {
        var (closing, missing) = (Closing, Missing);
        var state = closing.Count > 0 ? GateState.Fail : missing.Count > 0 ? GateState.NoData : GateState.Pass;
        if (_known is not null && Items.Count > MostPrints) state = state == GateState.Pass ? GateState.Inconclusive : state;
        var summary = closing.Count > 0 ? $"{Count(closing.Count, "finding")}{(_known is null ? "" : " not there before")}: {Shown(closing.Select(i => i.ToString()))}"
            : missing.Count > 0 ? Shown(missing.Select(m => $"{m.Check.Id}: {m.Why}"))
            : state == GateState.Inconclusive ? "too much was found to be held against what was there before"
            : $"{Count(_answers.Count(a => a.State == AuditState.Holds), "check")} hold, {Count(Items.Count, "finding")} known, ignored or below {_settings.FailsOn?.ToString().ToLowerInvariant() ?? "any severity"}";
        return new GateVerdict(state, summary) { Evidence = Evidence() };
    }

    /// <summary>What was seen, by the checks' ids: what the run keeps, and what a later audit is held against.</summary>
    public Dictionary<string, string> Evidence()
    {
        var evidence = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [Marker] = $"{Count(_answers.Count(a => a.State == AuditState.Holds), "check")} hold, {_answers.Count(a => a.State == AuditState.Found)} found something, {_answers.Count(a => a.State == AuditState.NotSeen)} could not look, {_answers.Count(a => a.State == AuditState.NotAsked)} not asked",
            [Prints] = string.Join(' ', Items.Take(MostPrints).Select(i => i.Print)),
            [Unseen] = string.Join(' ', NotSeen.Select(a => a.Check.Id)),
        };
        foreach (var answer in _answers)
        {
            if (answer.State == AuditState.NotSeen) evidence[answer.Check.Id] = answer.Why ?? "not seen";
            if (answer.State != AuditState.Found) continue;
            var items = Items.Where(i => i.Check == answer.Check).ToList();
            evidence[answer.Check.Id] = $"{answer.Check.Severity.ToString().ToLowerInvariant()}: {Shown(items.Select(i => i.Subject + i.Note))}";
        }
        foreach (var ignored in _settings.Ignored)
            evidence[$"ignored {ignored.Id}{(ignored.Subject is null ? "" : $" {ignored.Subject}")}"] = $"{Items.Count(i => i.Ignored == ignored)} found; {ignored.Reason}";
        return evidence;
    }

    private AuditItem ItemOf(AuditCheck check, string subject)
    {
        var item = new AuditItem(check, subject);
        if (_settings.Ignored.FirstOrDefault(i => i.Covers(check, subject)) is { } ignored) return item with { Standing = AuditStanding.Ignored, Ignored = ignored };
        return _known?.Contains(item.Print) is true ? item with { Standing = AuditStanding.Known } : item;
    }

    private static string[] Words(IReadOnlyDictionary<string, string> evidence, string name) => evidence.GetValueOrDefault(name, "").Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";

    private static string Shown(IEnumerable<string> all)
    {
        var list = all.ToList();
        return string.Join("; ", list.Take(MostShown)) + (list.Count > MostShown ? $"; and {list.Count - MostShown} more" : "");
    }
}

public enum AuditStanding
{
    Counts,

    /// <summary>The earlier audit found it too.</summary>
    Known,

    /// <summary>The runbook says why it is accepted.</summary>
    Ignored,
}

/// <summary>One thing that a check found.</summary>
public sealed record AuditItem(AuditCheck Check, string Subject)
{
    public AuditStanding Standing { get; init; }

    public AuditIgnore? Ignored { get; init; }

    /// <summary>By which a later audit knows it again.</summary>
    public string Print => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Check.Id}\n{Subject}")))[..16];

    internal string Note => Standing switch
    {
        AuditStanding.Known => " (was there before)",
        AuditStanding.Ignored => " (ignored)",
        _ => "",
    };

    public override string ToString() => $"{Check.Id} {Subject}";
}
