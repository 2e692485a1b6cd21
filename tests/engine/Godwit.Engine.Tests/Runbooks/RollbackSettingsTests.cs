using Godwit.Engine.Rollback;
using Godwit.Engine.Runbooks;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Tests.Runbooks;

/// <summary>The runbook's <c>rollback</c>, and the decision matrix.</summary>
public sealed class RollbackSettingsTests
{
    private const string Head = "godwit: 1\nname: shop\ntarget: {env: URL}\nphases: {expand: {steps: [{pause: 1s}]}}\n";

    [Theory]
    [InlineData(0, "< 1h", "Engineering Lead")]
    [InlineData(59, "< 1h", "Engineering Lead")]
    [InlineData(60, "1h to 4h", "Engineering Lead, Product Owner")]
    [InlineData(4 * 60, "4h to 1d", "CTO, Product Owner")]
    [InlineData(24 * 60, "1d to 3d", "CTO, Incident Response")]
    [InlineData(3 * 24 * 60, "> 3d", "Executive Team")]
    [InlineData(300 * 24 * 60, "> 3d", "Executive Team")]
    public void The_default_matrix_has_a_row_for_every_age(int minutes, string span, string approvers)
    {
        var row = RollbackMatrix.Default.RowOf(TimeSpan.FromMinutes(minutes), impact: null);
        Assert.Equal(span, row.Span);
        Assert.Equal(approvers, string.Join(", ", row.Approvers));
    }

    [Fact]
    public void An_impact_that_is_known_to_be_larger_takes_a_later_row_and_never_an_earlier_one()
    {
        Assert.Equal(RollbackAction.ForwardOnly, RollbackMatrix.Default.RowOf(TimeSpan.Zero, RollbackImpact.VeryHigh).Action);
        Assert.Equal("1h to 4h", RollbackMatrix.Default.RowOf(null, RollbackImpact.Low).Span);
        Assert.Equal("1d to 3d", RollbackMatrix.Default.RowOf(TimeSpan.FromDays(2), RollbackImpact.Minimal).Span);
    }

    [Fact]
    public void Nobody_is_asked_within_the_first_row_of_the_default_where_nobody_has_its_role()
    {
        var plan = Plan("");
        Assert.Empty(RollbackMatrix.Of(plan).ApproversOf(RollbackMatrix.Default.Rows[0], plan));
        Assert.Equal(["Engineering Lead", "Product Owner"], RollbackMatrix.Of(plan).ApproversOf(RollbackMatrix.Default.Rows[1], plan));
        var staffed = Plan("roles: {engineering-lead: [Ada]}\n");
        Assert.Equal(["Engineering Lead"], RollbackMatrix.Of(staffed).ApproversOf(RollbackMatrix.Default.Rows[0], staffed));
    }

    [Fact]
    public void A_runbooks_own_matrix_is_part_of_the_plan_and_its_hash()
    {
        const string own = "roles: {duty: [Ada]}\nrollback: {matrix: [{until: 2h, approvers: [duty]}, {action: forward-only, impact: high}]}\n";
        var plan = Plan(own);
        Assert.Equal(["< 2h", "> 2h"], RollbackMatrix.Of(plan).Rows.Select(r => r.Span));
        Assert.Equal(RollbackAction.ForwardOnly, RollbackMatrix.Of(plan).Rows[1].Action);
        var read = RunbookPlanJson.Read(RunbookPlanJson.Write(plan));
        Assert.Equal(plan.Hash, read.Hash);
        Assert.Equal(["duty"], RollbackMatrix.Of(read).Rows[0].Approvers);
        Assert.NotEqual(plan.Hash, Plan(own.Replace("2h", "3h", StringComparison.Ordinal)).Hash);
        // A runbook that says nothing of it has the plan that it had before there was such a thing.
        Assert.DoesNotContain("rollback", RunbookPlanJson.Write(Plan("")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rollback: {matrix: [{until: 2h}, {until: 1h}, {}]}", "The times of the matrix do not rise")]
    [InlineData("rollback: {matrix: [{}, {until: 1h}]}", "No row follows one without \"until\"")]
    [InlineData("rollback: {matrix: [{until: 1h}]}", "nothing holds after it")]
    [InlineData("rollback: {matrix: [{until: 1h, impact: high}, {impact: low}]}", "is not smaller than that of an earlier one")]
    [InlineData("rollback: {matrix: [{approvers: [nobody]}]}\nroles: {lead: [Ada]}", "The role \"nobody\" is not declared")]
    [InlineData("rollback: {matrix: [{action: perhaps}]}", "must be one of rollback, assess")]
    [InlineData("rollback: {unchanged: [{name: a, query: SELECT 1}, {name: a, query: SELECT 2}]}", "have the name \"a\"")]
    [InlineData("rollback: {checklist: [{name: a, sql: SELECT 1}, {name: a, sql: SELECT 2}]}", "have the name \"a\"")]
    public void What_does_not_fit_together_is_found_where_it_stands(string rollback, string message)
    {
        using var folder = new RunbookFolder();
        folder.Write("runbook.yaml", Head + rollback + "\n");
        var findings = new RunbookReader(TestKinds.All).ReadFile(Path.Combine(folder.Path, "runbook.yaml")).Findings;
        var finding = Assert.Single(findings, f => f.Message.Contains(message, StringComparison.Ordinal));
        Assert.Contains(":5:", finding.Place!.ToString(), StringComparison.Ordinal);
    }

    private static RunbookPlan Plan(string more)
    {
        using var folder = new RunbookFolder();
        folder.Write("runbook.yaml", Head + more);
        var reading = new RunbookReader(TestKinds.All).ReadFile(Path.Combine(folder.Path, "runbook.yaml"));
        Assert.Empty(reading.Findings);
        return new RunbookPlanner(TestKinds.All).Plan(reading.Runbook!).Plan!;
    }
}
