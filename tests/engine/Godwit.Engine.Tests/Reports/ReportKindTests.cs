using Godwit.Engine.Notices;
using Godwit.Engine.Reports;
using Godwit.Engine.Runs;

namespace Godwit.Engine.Tests.Reports;

/// <summary>The report for stakeholders and the record for a post-mortem.</summary>
public sealed class ReportKindTests
{
    [Fact]
    public void Stakeholders_get_one_page_in_words_that_says_what_is_missing_too()
    {
        var text = new ReportedRun().Step("keys", "sql", title: "Keys of their own").Step("quiet", "sql").Note("run-began").Text(ReportKind.Stakeholders);
        Assert.Contains("| Outcome | Done; the old is still kept |", text, StringComparison.Ordinal);
        Assert.Contains("| Keys of their own | done |", text, StringComparison.Ordinal);
        Assert.Contains("No verified backup is on record.", text, StringComparison.Ordinal);
        Assert.Contains("Nobody approved it by signature.", text, StringComparison.Ordinal);
        Assert.Contains("The old is kept, so that there is a way back, until 2026-05-08", text, StringComparison.Ordinal);
        Assert.DoesNotContain("quiet", text, StringComparison.Ordinal);
        Assert.DoesNotContain(new string('d', 64), text, StringComparison.Ordinal);
        Assert.True(text.Length < 4000, $"{text.Length} characters are more than a page");
    }

    [Fact]
    public void A_post_mortem_has_its_timeline_filled_in_and_places_for_what_only_people_know()
    {
        var run = new ReportedRun { State = RunbookState.RolledBack, Change = r => r with { Notices = [Notice()] } }.Step("keys", "sql")
            .Note("run-began").Phased("phase-began").Note("step-applied", """{"step":"keys"}""")
            .Note("tripwire-fired", """{"tripwire":"errors","reason":"7 is above 5","action":"rollback","value":"7","bounds":"at most 5","cause":"out-of-bounds","way":"forward"}""")
            .Note("rollback-began").Note("rollback-decided", """{"action":"roll back","by":"godwit","row":"under 1h","since":"the switch","tripwire":"errors","approvals":[]}""")
            .Phased("phase-undo-began").Note("step-undone", """{"step":"keys"}""").Phased("phase-undone").Note("rollback-checked", """{"verified":"true","items":[]}""").Note("run-rolled-back");
        run.States["keys"] = StepState.Undone;
        var text = run.Text(ReportKind.PostMortem);
        Assert.Contains("| First sign | 2026-05-01 12:03:00Z |", text, StringComparison.Ordinal);
        Assert.Contains("| The way back took | 6 min 0 s |", text, StringComparison.Ordinal);
        Assert.Contains("| Tripwire fired | errors: 7 is above 5 | 4 |", text, StringComparison.Ordinal);
        Assert.Contains("| Notice sent | rolled-back: shop was rolled back |", text, StringComparison.Ordinal);
        Assert.Contains("| expand | 2026-05-01 12:06:00Z | 2026-05-01 12:08:00Z | 2 min 0 s | not rehearsed |", text, StringComparison.Ordinal);
        Assert.Contains("were as before (entry 10)", text, StringComparison.Ordinal);
        Assert.Contains("The schema is the one from before the first phase.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Step done", text, StringComparison.Ordinal);
        Assert.True(text.Split("To be filled in by people").Length > 7);
        var page = ReportHtml.Write(run.Report(ReportKind.PostMortem));
        Assert.Contains("class=\"blank\"", page, StringComparison.Ordinal);
        Assert.Contains("<tr class=\"write\"><td></td>", page, StringComparison.Ordinal);
        // It had come to an end before that, which is in its row still.
        Assert.Contains("| Ended | 2026-05-01 12:10:00Z |", run.Text(ReportKind.Stakeholders), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_in_which_nothing_went_wrong_has_nothing_to_answer_for() =>
        Assert.Contains("Nothing in the record says that anything went wrong", new ReportedRun().Note("run-began").Text(ReportKind.PostMortem), StringComparison.Ordinal);

    [Fact]
    public void A_step_that_is_not_taken_back_is_named()
    {
        var run = new ReportedRun { State = RunbookState.Aborted }.Step("half", "sql").Note("run-began").Note("step-failed", """{"step":"half","reason":"no"}""").Note("run-aborted");
        Assert.Contains("Step half is not taken back.", run.Text(ReportKind.PostMortem), StringComparison.Ordinal);
    }

    [Fact]
    public void Words_of_the_command_line_are_those_of_the_kinds()
    {
        Assert.Equal(["full", "auditors", "stakeholders", "post-mortem"], ReportKinds.Words);
        Assert.All(Enum.GetValues<ReportKind>(), k => Assert.Equal(k, ReportKinds.Find(ReportKinds.Word(k))));
        Assert.Null(ReportKinds.Find("everybody"));
    }

    private static NoticeRow Notice() => new("team", 0, "rolled-back", "k", false, NoticeState.Sent, 1, ReportedRun.Noon, ReportedRun.Noon, ReportedRun.Noon, ReportedRun.Noon.AddMinutes(11), null, "shop was rolled back");
}
