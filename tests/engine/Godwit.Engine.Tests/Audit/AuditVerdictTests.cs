using Godwit.Engine.Audit;
using Godwit.Engine.Gates;
using Godwit.Model.Findings;

namespace Godwit.Engine.Tests.Audit;

public sealed class AuditVerdictTests
{
    private static readonly AuditCheck s_error = new("db.one", Severity.Error, "One", "reason", "remedy", "a right");

    private static readonly AuditCheck s_warning = new("db.two", Severity.Warning, "Two", "reason", "remedy", "a right");

    [Theory]
    [InlineData("{}", GateState.Fail)]
    [InlineData("{fails_on: nothing}", GateState.Pass)]
    [InlineData("{ignore: [{id: db.one, reason: known}]}", GateState.Pass)]
    [InlineData("{ignore: [{id: db.one, subject: a, reason: known}]}", GateState.Fail)]
    [InlineData("{ignore: [{id: db.one, subject: a, reason: known}, {id: db.one, subject: b, reason: too}]}", GateState.Pass)]
    [InlineData("{fails_on: warning, ignore: [{id: db.one, reason: known}]}", GateState.Fail)]
    public void Severity_and_what_is_ignored_decide(string settings, GateState state)
    {
        var verdict = new AuditVerdict(Auditing.Settings(settings), [s_error.Found("b", "a"), s_warning.Found("x")], null).Verdict();
        Assert.Equal(state, verdict.State);
        Assert.StartsWith("error: a", verdict.Evidence["db.one"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", GateState.NoData)]
    [InlineData("{unseen: opens}", GateState.Pass)]
    [InlineData("{ignore: [{id: db.one, reason: the provider's}]}", GateState.Pass)]
    public void What_could_not_be_seen_closes_unless_it_is_said_otherwise(string settings, GateState state)
    {
        var verdict = new AuditVerdict(Auditing.Settings(settings), [s_error.NotSeen(), s_warning.NotSeen()], null).Verdict();
        Assert.Equal(state, verdict.State);
        Assert.Equal("not seen: needs a right", verdict.Evidence["db.one"]);
        if (state == GateState.NoData) Assert.Equal("db.one: not seen: needs a right", verdict.Summary);
    }

    [Fact]
    public void Held_against_an_earlier_audit_only_what_got_worse_counts()
    {
        var settings = Auditing.Settings("{baseline: before}");
        var before = new AuditVerdict(settings, [s_error.Found("a"), s_warning.NotSeen()], null).Evidence();
        Assert.Equal(GateState.Pass, new AuditVerdict(settings, [s_error.Found("a"), s_warning.NotSeen()], before).Verdict().State);
        var worse = new AuditVerdict(settings, [s_error.Found("a", "b"), s_warning.Holds()], before).Verdict();
        Assert.Equal((GateState.Fail, "1 finding not there before: db.one b"), (worse.State, worse.Summary));
        Assert.Equal("error: a (was there before); b", worse.Evidence["db.one"]);
        Assert.Equal(GateState.NoData, new AuditVerdict(settings, [s_error.NotSeen()], before).Verdict().State);
        Assert.Equal(GateState.Pass, new AuditVerdict(settings, [s_error.Holds()], before).Verdict().State);
    }

    [Fact]
    public void What_is_ignored_is_kept_with_its_reason()
    {
        var evidence = new AuditVerdict(Auditing.Settings("{ignore: [{id: db.one, subject: a, reason: until May}, {id: db.two, reason: nothing there}]}"), [s_error.Found("a")], null).Evidence();
        Assert.Equal("1 found; until May", evidence["ignored db.one a"]);
        Assert.Equal("0 found; nothing there", evidence["ignored db.two"]);
    }
}
