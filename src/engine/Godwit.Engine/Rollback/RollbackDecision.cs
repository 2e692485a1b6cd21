using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.People;
using Godwit.Engine.Runs;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Rollback;

/// <summary>
/// Whether a rollback that somebody asks for is allowed, and what the journal keeps of it. Where people are pinned in the target, their signatures count; where nobody is, what is stated
/// counts, and is on record as unproved.
/// </summary>
public static class RollbackDecision
{
    public const string JournalKind = "rollback-decided";

    /// <param name="run">Before anything of it is undone.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="people">Who has signed what.</param>
    /// <param name="to">The phase that stays; null for none.</param>
    /// <returns>What is missing; empty when it is allowed.</returns>
    public static IReadOnlyList<Finding> Judge(RunbookRun run, RollbackRequest request, PeopleRecords people, Phase? to)
    {
        var standing = StandingOf(run, request.Impact, people);
        // Whoever overrides answers for it: with a reason, and with what was missing, on record.
        if (request.Override is not null) return [];
        var findings = new List<Finding>();
        var when = $"{Age(standing)} after {standing.Since} ({standing.Row.Span})";
        if (standing.IsRefused)
        {
            findings.Add(Finding.Error(
                FindingCodes.ForwardFixOnly, $"{when} the runbook's matrix allows a forward fix only", null,
                "Say with --override REASON why it has to be rolled back all the same; the reason goes into the journal."));
        }
        findings.AddRange(people.Register.IsUnused ? MissingStated(run, request, standing, when) : MissingSigned(run, request, standing, people, to));
        return findings;
    }

    /// <summary>The row that holds, the roles of people in the target included.</summary>
    public static RollbackStanding StandingOf(RunbookRun run, RollbackImpact? impact, PeopleRecords? people) =>
        RollbackStanding.Of(run, impact, [.. people?.Register.People.Where(p => p.IsActive).SelectMany(p => p.Roles) ?? []]);

    /// <summary>Who has signed for it, and who has yet to; null where nobody is asked, or nobody is pinned.</summary>
    public static DemandStanding? SignedFor(RunbookRun run, RollbackImpact? impact, PeopleRecords? people, Phase? to) =>
        people is null || people.Register.IsUnused || StandingOf(run, impact, people) is not { Approvers: { Count: > 0 } approvers }
            ? null
            : DemandStanding.Of(Demand.Rollback(to, approvers, run.Plan), run.Plan, run.Id, people);

    /// <summary>What the journal says of it.</summary>
    /// <param name="run">Before anything of it is undone.</param>
    /// <param name="request">Null for one that nobody asked for: Godwit's own.</param>
    /// <param name="people">As above.</param>
    /// <param name="to">As above.</param>
    /// <param name="tripwire">What Godwit does it for.</param>
    public static JsonObject Note(RunbookRun run, RollbackRequest? request, PeopleRecords people, Phase? to, string? tripwire = null)
    {
        var standing = StandingOf(run, request?.Impact, people);
        var signed = request is null ? null : SignedFor(run, request.Impact, people, to);
        var note = new JsonObject
        {
            ["action"] = RollbackRow.Word(standing.Row.Action),
            ["approvals"] = new JsonArray([.. signed?.Counted.Select(Proved) ?? [], .. (people.Register.IsUnused ? request?.Approvals ?? [] : []).Select(Unproved)]),
            ["approvers"] = new JsonArray([.. standing.Approvers.Select(r => JsonValue.Create(r))]),
            ["by"] = request is null ? "godwit" : "a person",
            ["impact"] = RollbackRow.Word(standing.Row.Impact),
            ["row"] = standing.Row.Span,
            ["since"] = standing.Since,
        };
        if (standing.Age is { } age) note["seconds"] = (long)age.TotalSeconds;
        if (tripwire is not null) note["tripwire"] = tripwire;
        if (!people.Register.IsUnused) note["register"] = people.Register.Head.ToString();
        if (request?.Override is not { } why) return note;
        note["override"] = why;
        var missing = signed?.Missing.Select(m => m.ToString()) ?? standing.Approvers.Where(r => !request.Approvals.Any(a => RoleName.Same(a.Role, r)));
        note["missing"] = new JsonArray([.. missing.Select(m => JsonValue.Create(m))]);
        return note;
    }

    /// <summary>An age as people read it: no unit is as exact as the clock.</summary>
    public static string Age(RollbackStanding standing) => standing.Age is not { } age ? "-"
        : DurationText.Write(age.TotalHours >= 48 ? TimeSpan.FromDays(Math.Floor(age.TotalDays)) : age.TotalHours >= 1 ? TimeSpan.FromHours(Math.Floor(age.TotalHours)) : age.TotalMinutes >= 1 ? TimeSpan.FromMinutes(Math.Floor(age.TotalMinutes)) : TimeSpan.FromSeconds(Math.Floor(age.TotalSeconds)));

    private static IEnumerable<Finding> MissingStated(RunbookRun run, RollbackRequest request, RollbackStanding standing, string when)
    {
        foreach (var approval in request.Approvals.Where(a => !StatementJudge.IsNamed(run.Plan, a.Role, a.Name)))
        {
            yield return Finding.Error(
                FindingCodes.RollbackNotApproved, $"{approval.Name} is not among the people whom the runbook has as {approval.Role}", null, "The runbook's \"roles\" say who they are.");
        }
        var missing = standing.Approvers.Where(r => !request.Approvals.Any(a => RoleName.Same(a.Role, r))).ToList();
        if (missing.Count == 0) yield break;
        yield return Finding.Error(
            FindingCodes.RollbackNotApproved, $"{when} a rollback takes the approval of {string.Join(" and ", standing.Approvers)}; missing: {string.Join(", ", missing)}", null,
            $"Once they have approved: {string.Join(' ', missing.Select(m => $"--approved-by \"{m}: NAME\""))}");
    }

    private static IEnumerable<Finding> MissingSigned(RunbookRun run, RollbackRequest request, RollbackStanding standing, PeopleRecords people, Phase? to)
    {
        if (request.Approvals.Count > 0)
        {
            yield return Finding.Error(
                FindingCodes.ApprovalUnproved, "--approved-by states approvals, and in this database people are pinned who sign them", null,
                $"Leave it out; they sign: {string.Join("; ", standing.Approvers.Select(r => $"`{Demand.Rollback(to, [r], run.Plan).Command(r)}`"))}.");
        }
        if (SignedFor(run, request.Impact, people, to) is not { Holds: false } standingOfPeople) yield break;
        foreach (var finding in standingOfPeople.Findings)
            yield return finding.Code == FindingCodes.RollbackNotApproved ? finding with { Remedy = $"{finding.Remedy} Where nobody can be reached, --override REASON says so, on record." } : finding;
    }

    private static JsonObject Proved(AcceptedStatement said)
    {
        var approval = Acceptance.Write(said);
        approval["proof"] = "signed";
        return approval;
    }

    private static JsonObject Unproved(RollbackApproval stated) => new() { ["name"] = stated.Name, ["proof"] = "unproved", ["role"] = stated.Role };
}
