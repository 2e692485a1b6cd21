using System.Text.Json.Nodes;
using Godwit.Engine.Journal;
using Godwit.Engine.Rehearsals;
using Godwit.Engine.Reports;
using Godwit.Engine.Reports.Compliance;

namespace Godwit.Engine.Tests.Reports;

/// <summary>What counts as shown under the headings of laws and standards, and that nothing else does.</summary>
public sealed class EvidenceTests
{
    private const string Backup = """{"backup":"20260501-115000-abcdef","snapshot":"2026-05-01T11:50:00Z","age":"10m","method":"logical","restore takes about":"12 s","copies":"2 of 2 whole"}""";

    [Fact]
    public void A_run_without_a_backup_shows_none_whatever_its_runbook_says()
    {
        var run = new ReportedRun { Backups = Settings() }.Gate("expand-backup", "backup", "Fail", Backup);
        var control = run.Control("ISO/IEC 27001:2022, Annex A", "8.13");
        Assert.Empty(control[1]);
        Assert.Contains("there is no verified backup on record for this run", control[2]);
        Assert.Contains("no restore was measured", control[2]);
        Assert.NotEmpty(control[3]);
    }

    [Fact]
    public void A_backup_that_opened_a_gate_is_shown_with_the_entry_that_says_so()
    {
        var control = new ReportedRun { Backups = Settings() }.Note("run-began").Gate("expand-backup", "backup", "Pass", Backup).Control("ISO/IEC 27001:2022, Annex A", "8.13");
        Assert.Contains("backup 20260501-115000-abcdef, data of 2026-05-01 11:50:00Z, was restored and compared (entry 2)", control[1]);
        Assert.Contains("a restore was tried and took 12 s (entry 2)", control[1]);
        Assert.Contains("copies at 2 destinations (entry 2)", control[1]);
        Assert.Empty(control[2]);
    }

    [Fact]
    public void Nothing_is_shown_by_a_journal_that_does_not_hold_together()
    {
        var run = new ReportedRun { Journal = JournalState.Broken, Backups = Settings() }.Note("run-began").Gate("expand-backup", "backup", "Pass", Backup);
        foreach (var framework in CompliancePart.Frameworks)
        {
            foreach (var control in framework.Controls) Assert.Empty(run.Control(framework.Name, control.Id)[1]);
        }
        Assert.Contains("nothing counts as shown", run.Text(ReportKind.Auditors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(JournalState.Sound, true)]
    [InlineData(JournalState.UnknownSigner, false)]
    [InlineData(JournalState.Unsigned, false)]
    public void A_log_counts_when_a_known_key_signed_it(JournalState state, bool shown) =>
        Assert.Equal(shown, new ReportedRun { Journal = state }.Note("run-began").Control("PCI DSS v4.0.1", "10.2, 10.3")[1].Any(t => t.Contains("signed up to entry", StringComparison.Ordinal)));

    [Theory]
    [InlineData(-1, true)]
    [InlineData(90, false)]
    public void A_rehearsal_counts_that_ended_before_the_run_changed_anything(int minutes, bool shown)
    {
        var record = Rehearsal(ReportedRun.Noon.AddMinutes(minutes));
        var run = new ReportedRun { Change = r => r with { Rehearsals = new RehearsalCount([record], [record], []) } }.Note("run-began").Phased("phase-began");
        Assert.Equal(shown, run.Control("SOC 2", "A1.3")[1].Any(t => t.Contains("the way back was rehearsed", StringComparison.Ordinal)));
        Assert.Contains("1 of 1 copies held the data as it is; they were thrown away", run.Control("PCI DSS v4.0.1", "6.5.5")[2]);
        Assert.Contains("public.t", run.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_rehearsal_that_failed_or_does_not_count_is_said_to()
    {
        var failed = Rehearsal(ReportedRun.Noon.AddMinutes(-5)) with { Outcome = RehearsalOutcome.Failed, Reason = "back: no" };
        var text = new ReportedRun { Change = r => r with { Rehearsals = new RehearsalCount([failed], [], ["rehearsal 12345678: its signature does not belong to it"]) } }.Note("run-began").Text();
        Assert.Contains("failed: back: no", text, StringComparison.Ordinal);
        Assert.Contains("its signature does not belong to it", text, StringComparison.Ordinal);
        Assert.Contains("It was not rehearsed.", new ReportedRun().Note("run-began").Text(ReportKind.Stakeholders), StringComparison.Ordinal);
    }

    [Fact]
    public void No_heading_claims_that_anybody_complies()
    {
        var text = new ReportedRun().Note("run-began").Text(ReportKind.Auditors);
        Assert.Contains("It does not say that anybody complies with anything", text, StringComparison.Ordinal);
        foreach (var word in new[] { "is compliant", "are compliant", "certified for", "fulfils" }) Assert.DoesNotContain(word, text, StringComparison.OrdinalIgnoreCase);
        Assert.All(CompliancePart.Frameworks.SelectMany(f => f.Controls), c => Assert.True(c.By.Count > 0 && c.LeftTo.Length > 0 && c.Topic.Length > 0));
        Assert.Equal(CompliancePart.Frameworks.SelectMany(f => f.Controls.Select(c => (f.Name, c.Id))).Distinct().Count(), CompliancePart.Frameworks.Sum(f => f.Controls.Count));
    }

    private static JsonObject Settings() => JsonNode.Parse("""{"destinations":[{"path":"a"},{"path":"b"}]}""")!.AsObject();

    private static RehearsalRecord Rehearsal(DateTimeOffset ended) => new()
    {
        Id = Guid.NewGuid(), Runbook = "shop", Plan = new string('d', 64), Target = new RehearsedTarget("1", "2"), ToolVersion = "1", Outcome = RehearsalOutcome.Good, BeganAt = ended.AddMinutes(-1), EndedAt = ended,
        Copy = new RehearsedCopy("b", ended.AddHours(-1), 1000, false), Sampling = new LockSampling(20, 100),
        Legs = [new RehearsedLeg("forward", 10, [new RehearsedPhase("expand", 10, [new RehearsedFigures("a", 10, 5, 1, [new RehearsedLock("public.t", "AccessExclusiveLock", 5, 0)])])]), new RehearsedLeg("back", 5, [])],
    };
}
