using Godwit.Engine.Notices;
using Godwit.Engine.Secrets;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Cli.Notices;

/// <summary>What is said about notices that were not sent, or could not be.</summary>
internal static class NoticeFindings
{
    /// <summary>A sentence for each notice and event, not for each address.</summary>
    public static IReadOnlyList<Finding> Unsent(IReadOnlyList<NoticeRow> rows) =>
    [
        .. rows.Where(r => r.State != NoticeState.Sent && (r.State == NoticeState.GivenUp || r.Attempts > 0)).GroupBy(r => (r.Notice, r.Event, r.State)).Select(g => Finding.Warning(
            FindingCodes.NoticeNotSent,
            $"the notice {g.Key.Notice} ({g.Key.Event}{(g.Count() > 1 ? $", {g.Count()} messages" : "")}) {(g.Key.State == NoticeState.GivenUp ? "was given up" : "was not sent yet")} after {g.Max(r => r.Attempts)} attempts: {g.Last().Problem ?? "no answer"}",
            null, "`godwit notices send` tries again at once; the next command that works on the run does so too.")),
    ];

    /// <summary>What stands in the way of sending: better known before the run than in the middle of it.</summary>
    public static IReadOnlyList<Finding> Missing(RunbookPlan plan, IRunEnvironment environment)
    {
        var findings = new List<Finding>();
        foreach (var notice in NoticeSettings.All(plan))
        {
            var why = notice.Channel switch
            {
                NoticeChannel.Mail => MailServer.Find(plan, environment, new SecretValues()).Fault,
                NoticeChannel.Post post when OutsideValue.Find(environment, post.Url) is null => $"{post.Url} is not set",
                NoticeChannel.Post { Secret: { } secret } when OutsideValue.Find(environment, secret) is null => $"{secret} is not set",
                _ => null,
            };
            if (why is null) continue;
            findings.Add(notice.Required
                ? Finding.Error(FindingCodes.NoticeSettings, $"the notice {notice.Id} is required, and cannot be sent: {why}", null, "Set it where godwit runs.")
                : Finding.Warning(FindingCodes.NoticeSettings, $"the notice {notice.Id} cannot be sent: {why}", null, "Set it where godwit runs."));
        }
        return [.. findings.DistinctBy(f => f.Message, StringComparer.Ordinal)];
    }
}
