using Godwit.Engine.Gates;
using Godwit.Engine.Gates.Window;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Notices;

/// <summary>A notice as it would read, of something that did not happen.</summary>
public static class NoticeSample
{
    public static NoticeContent Of(RunbookPlan plan, NoticeSettings notice, NoticeEvent told, DateTimeOffset now)
    {
        var phase = plan.Phases.FirstOrDefault(p => told != NoticeEvent.ApprovalNeeded || plan.Approvals.ContainsKey(p.Phase))?.Phase ?? Phase.Expand;
        var what = new NoticeOccurrence(told, "sample", State(told))
        {
            Phase = told is NoticeEvent.Before or NoticeEvent.Phase or NoticeEvent.ApprovalNeeded ? PhaseNames.Of(phase) : null,
            Reason = told is NoticeEvent.Paused or NoticeEvent.Failed ? "step users: a reason such as a gate that stayed closed" : null,
            Roles = told == NoticeEvent.ApprovalNeeded ? ApprovalRoles.Of(plan, phase) : [],
        };
        if (told == NoticeEvent.Before && Window(plan) is { } gate && ((IOpensByTheClock)new WindowGateKind().Bind(gate, plan.Files)) is var window)
        {
            var times = window.At(now, TimeSpan.Zero);
            what = what with { Opens = times.OpensAt ?? now, Closes = times.ClosesAt, Zone = window.Zone };
        }
        return new NoticeFacts(plan, Guid.Empty, what, now).Write(notice);
    }

    /// <summary>The same, so that nobody takes it for more than a test.</summary>
    public static NoticeContent Test(NoticeContent content) => content with
    {
        Subject = $"TEST: {content.Subject}",
        Text = $"This is a test of a notice. Nothing has happened and nothing is to be done.\nIt would read:\n\n{content.Text}",
    };

    private static GateSettings? Window(RunbookPlan plan) => plan.Phases.SelectMany(p => p.Gates).FirstOrDefault(g => g.Kind == WindowGateKind.KindName);

    private static string State(NoticeEvent told) => told switch
    {
        NoticeEvent.Before or NoticeEvent.ApprovalNeeded => "waiting",
        NoticeEvent.Began or NoticeEvent.Phase or NoticeEvent.Resumed => "running",
        NoticeEvent.Done => "complete",
        _ => NoticeEvents.Word(told),
    };
}
