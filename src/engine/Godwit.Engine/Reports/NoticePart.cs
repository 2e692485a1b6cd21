using Godwit.Engine.Notices;
using Godwit.Engine.OnCall;
using Godwit.Engine.Timetables;

namespace Godwit.Engine.Reports;

/// <summary>Who was told what and when, who was on call when the run began, and how its timetable was kept.</summary>
internal static class NoticePart
{
    public static IEnumerable<ReportBlock> Of(RunRecord record, bool timetable = true)
    {
        var (run, plan) = (record.Run, record.Run.Plan);
        if (OnCallPlan.Of(plan) is { } onCall)
        {
            yield return new ReportBlock.Heading("On call");
            // By name: how somebody is reached is nothing for whoever a report is passed on to.
            yield return new ReportBlock.Paragraph($"When the run began: {Names(onCall.At(run.StartedAt))}. {(run.EndedAt is { } end ? $"When it ended: {Names(onCall.At(end))}." : "")}");
        }
        if (timetable && Timetable.Of(plan.Timetable, run.StartedAt) is { } planned)
        {
            yield return new ReportBlock.Heading("Timetable");
            yield return new ReportBlock.Table(["planned", "what", "who", "state", "late by"], [.. planned.Stand(run.EndedAt ?? run.Now, run.Phases, TimetableDecisions.MadeIn(run, record.Signed)).Select(s => (IReadOnlyList<string>)
                [planned.Show(s.Entry), (s.Entry.Decision ? "go/no-go: " : "") + s.Entry.What, string.Join(", ", s.Entry.Who), s.State, s.Late is { } late ? late.ToString("d\\.hh\\:mm\\:ss", System.Globalization.CultureInfo.InvariantCulture) : ""])]);
        }
        if (record.Notices.Count == 0) yield break;
        yield return new ReportBlock.Heading("Notices");
        yield return new ReportBlock.Table(["made", "notice", "message", "event", "subject", "state", "sent", "attempts", "problem"], [.. record.Notices.Select(n => (IReadOnlyList<string>)
            [ReportText.AtSecond(n.MadeAt), n.Notice, ReportText.Count(n.Part + 1), n.Event, n.Subject, n.State.ToString(), ReportText.AtSecond(n.SentAt), ReportText.Count(n.Attempts), n.Problem ?? ""])]);
    }

    private static string Names(IReadOnlyList<OnCallPerson> people) => people.Count == 0 ? "nobody" : string.Join(", ", people.Select(p => p.Name));
}
