using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Runs;
using Godwit.Model.Findings;

namespace Godwit.Engine.Rollback;

/// <summary>Whether a rollback that somebody asks for is allowed, and what the journal keeps of it.</summary>
public static class RollbackDecision
{
    public const string JournalKind = "rollback-decided";

    /// <returns>What is missing; empty when it is allowed.</returns>
    public static IReadOnlyList<Finding> Judge(RunbookRun run, RollbackRequest request)
    {
        var standing = RollbackStanding.Of(run, request.Impact);
        var findings = new List<Finding>();
        var when = $"{Age(standing)} after {standing.Since} ({standing.Row.Span})";
        if (standing.IsRefused && request.Override is null)
        {
            findings.Add(Finding.Error(
                FindingCodes.ForwardFixOnly, $"{when} the runbook's matrix allows a forward fix only", null,
                "Say with --override REASON why it has to be rolled back all the same; the reason goes into the journal."));
        }
        foreach (var approval in request.Approvals.Where(a => !IsHeld(run, a)))
        {
            findings.Add(Finding.Error(
                FindingCodes.RollbackNotApproved, $"{approval.Name} is not among the people whom the runbook has as {approval.Role}", null, "The runbook's \"roles\" say who they are."));
        }
        var missing = standing.Approvers.Where(r => !request.Approvals.Any(a => RoleName.Same(a.Role, r))).ToList();
        if (missing.Count > 0)
        {
            findings.Add(Finding.Error(
                FindingCodes.RollbackNotApproved, $"{when} a rollback takes the approval of {string.Join(" and ", standing.Approvers)}; missing: {string.Join(", ", missing)}", null,
                $"Once they have approved: {string.Join(' ', missing.Select(m => $"--approved-by \"{m}: NAME\""))}"));
        }
        return findings;
    }

    /// <summary>What the journal says of it.</summary>
    /// <param name="run">Before anything of it is undone.</param>
    /// <param name="request">Null for one that nobody asked for: Godwit's own.</param>
    /// <param name="tripwire">What Godwit does it for.</param>
    public static JsonObject Note(RunbookRun run, RollbackRequest? request, string? tripwire = null)
    {
        var standing = RollbackStanding.Of(run, request?.Impact);
        var note = new JsonObject
        {
            ["action"] = RollbackRow.Word(standing.Row.Action),
            ["approvals"] = new JsonArray([.. (request?.Approvals ?? []).Select(a => new JsonObject { ["name"] = a.Name, ["role"] = a.Role })]),
            ["approvers"] = new JsonArray([.. standing.Approvers.Select(r => JsonValue.Create(r))]),
            ["by"] = request is null ? "godwit" : "a person",
            ["impact"] = RollbackRow.Word(standing.Row.Impact),
            ["row"] = standing.Row.Span,
            ["since"] = standing.Since,
        };
        if (standing.Age is { } age) note["seconds"] = (long)age.TotalSeconds;
        if (tripwire is not null) note["tripwire"] = tripwire;
        if (request?.Override is { } why) note["override"] = why;
        return note;
    }

    /// <summary>An age as people read it: no unit is as exact as the clock.</summary>
    public static string Age(RollbackStanding standing) => standing.Age is not { } age ? "-"
        : DurationText.Write(age.TotalHours >= 48 ? TimeSpan.FromDays(Math.Floor(age.TotalDays)) : age.TotalHours >= 1 ? TimeSpan.FromHours(Math.Floor(age.TotalHours)) : age.TotalMinutes >= 1 ? TimeSpan.FromMinutes(Math.Floor(age.TotalMinutes)) : TimeSpan.FromSeconds(Math.Floor(age.TotalSeconds)));

    /// <summary>Where the runbook says who has a role, only they have it.</summary>
    private static bool IsHeld(RunbookRun run, RollbackApproval approval) =>
        run.Plan.Roles.Where(r => RoleName.Same(r.Key, approval.Role)).All(r => r.Value.Any(p => string.Equals(p, approval.Name, StringComparison.OrdinalIgnoreCase)));
}
