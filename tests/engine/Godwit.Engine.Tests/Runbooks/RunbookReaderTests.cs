using Godwit.Documents.Shapes;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Tests.Runbooks;

public sealed class RunbookReaderTests : IDisposable
{
    private const string Head = RunbookFolder.Head;

    private readonly RunbookFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private RunbookFolder Book(string text) => _folder.Write("runbook.yaml", text);

    [Fact]
    public void A_runbook_is_read_as_it_was_written()
    {
        _folder.Write("m/001_users.up.sql", "").Write("m/001_users.down.sql", "");
        var runbook = Book("""
            godwit: 1
            name: tenants
            description: Moves keys.
            target: {file: /run/secrets/url}
            sources:
              legacy: {path: legacy.db}
              old: {env: OLD_URL}
            parameters: {days: 3}
            roles: {lead: [ada@example.org, bob@example.org]}
            approvals: {switch: [lead, {role: Lead, count: 2}], valid: 2d}
            retention: {keep_old: 72h}
            phases:
              expand:
                deadline: 30m
                gates:
                  - count: {query: select 1, expect: 1}
                steps:
                  - title: Users
                    timeout: 5m
                    script: {up: m/001_users.up.sql, down: m/001_users.down.sql}
                  - {id: rest, pause: 1s, irreversible: time goes one way}
              observe:
            tripwires:
              - {id: locks, sql: select 1, above: 5}
            notices:
              - {when: [done], text: Done., mail: [all@example.org]}
            """).ReadClean();

        Assert.Equal(("tenants", "Moves keys.", _folder.Path), (runbook.Name, runbook.Description, runbook.Folder));
        Assert.Equal(new ValueFrom(File: "/run/secrets/url"), runbook.Target);
        Assert.Equal(new ValueFrom(Literal: "legacy.db"), runbook.Sources["legacy"]);
        Assert.Equal(new ValueFrom(Environment: "OLD_URL"), runbook.Sources["old"]);
        Assert.Equal("3", runbook.Parameters["days"]);
        Assert.Equal(["ada@example.org", "bob@example.org"], runbook.Roles["lead"]);
        Assert.Equal([new RequiredApproval("lead"), new RequiredApproval("Lead", 2)], runbook.Approvals[Phase.Switch]);
        Assert.Equal(TimeSpan.FromDays(2), runbook.ApprovalsValid);
        Assert.Equal(TimeSpan.FromDays(3), runbook.KeepOld);
        Assert.Equal([Phase.Expand, Phase.Observe], runbook.Phases.Select(p => p.Phase));
        var expand = runbook.Phases[0];
        Assert.Equal(TimeSpan.FromMinutes(30), expand.Deadline);
        Assert.Equal(("expand-count", "count", "1"), (expand.Gates[0].Id, expand.Gates[0].Kind, expand.Gates[0].Settings.Text("expect")));
        Assert.Equal(("script-001_users", "Users", TimeSpan.FromMinutes(5)), (expand.Steps[0].Id, expand.Steps[0].Title, expand.Steps[0].Timeout));
        Assert.Equal("""{"up":"m/001_users.up.sql","down":"m/001_users.down.sql","lines":10}""", expand.Steps[0].Settings.ToJsonString());
        Assert.Equal(18, expand.Steps[0].Place!.Line);
        Assert.Equal((20, 22), (expand.Steps[0].At("/up")!.Line, expand.Steps[0].At("/up/x")!.Column));
        Assert.Equal(("rest", "time goes one way"), (expand.Steps[1].Id, expand.Steps[1].Irreversible));
        Assert.Equal("""[{"id":"locks","above":"5","baseline":"30s","enough":1,"every":"30s","for":"0s","action":"pause","stop_within":"30s","phases":["switch","observe","rollback"],"sql":{"query":"select 1","search_path":"public","statement_timeout":"5s"}}]""", runbook.Tripwires.ToJsonString());
        Assert.Equal("""[{"when":["done"],"audience":"team","text":"Done.","required":false,"ahead":"15m","timeout":"10s","give_up":"1h","mail":["all@example.org"]}]""", runbook.Notices.ToJsonString());
    }

    [Fact]
    public void Every_phase_has_a_deadline()
    {
        var runbook = Book(Head + "phases: {switch: {steps: [{pause: 1s}]}, observe: }").ReadClean();
        Assert.Equal([TimeSpan.FromMinutes(15), TimeSpan.FromDays(7)], runbook.Phases.Select(p => p.Deadline));
        Assert.Equal(TimeSpan.FromDays(7), runbook.KeepOld);
    }

    [Theory]
    [InlineData("phases: {backfill: , expand: {steps: [{pause: 1s}]}}", "runbook.yaml:4:22 GW1612")]
    [InlineData("phases: {expand: {stpes: []}}", "runbook.yaml:4:9 GW1613", "runbook.yaml:4:19 GW1603")]
    [InlineData("phases: {expand: {steps: [{pause: 1s}, {pause: 2s}]}}", "runbook.yaml:4:40 GW1611")]
    [InlineData("phases: {expand: {steps: [{id: a, pause: 1s}, {id: a, pause: 2s}]}}", "runbook.yaml:4:47 GW1611")]
    [InlineData("phases: {expand: {steps: [{id: a b, pause: 1s}]}}", "runbook.yaml:4:32 GW1602")]
    [InlineData("phases: {expand: {steps: [{script: gone.sql}, {pause: 1s}]}}", "runbook.yaml:4:36 GW1605")]
    [InlineData("phases: {expand: {steps: [{script: ../x.sql}, {pause: 1s}]}}", "runbook.yaml:4:36 GW1606")]
    [InlineData("phases: {expand: {steps: [{pause: soon}, {id: b, pause: 1s}]}}", "runbook.yaml:4:35 GW1602")]
    [InlineData("phases: {expand: {steps: [{paus: 1s}, {pause: 1s}]}}", "runbook.yaml:4:28 GW1603")]
    [InlineData("approvals: {switch: [led]}\nroles: {lead: [ada]}\nphases: {expand: {steps: [{pause: 1s}]}}", "runbook.yaml:4:22 GW1617")]
    [InlineData("tripwires: [{id: a, sql: x}]\nphases: {expand: {steps: [{pause: 1s}]}}", "runbook.yaml:4:13 GW1604")]
    [InlineData("phases: {}", "runbook.yaml:4:9 GW1613")]
    [InlineData("", "runbook.yaml:1:1 GW1613")]
    [InlineData("include: [runbook.yaml]\nphases: {expand: {steps: [{pause: 1s}]}}", "runbook.yaml:4:11 GW1608")]
    public void What_is_wrong_is_a_finding_at_its_place(string text, params string[] findings) =>
        Assert.Equal(findings, Book(Head + text).Places());

    [Theory]
    [InlineData("", "runbook.yaml:1:1 GW1601")]
    [InlineData("- a", "runbook.yaml:1:1 GW1601")]
    [InlineData("godwit: 1\nname: &x a", "runbook.yaml:2:7 GW1601")]
    [InlineData("godwit: 2\nname: a\ntarget: {env: A}\nphases: {expand: {steps: [{pause: 1s}]}}", "runbook.yaml:1:9 GW1602")]
    [InlineData("phases: {expand: {steps: [{pause: 1s}]}}", "runbook.yaml:1:1 GW1604", "runbook.yaml:1:1 GW1604", "runbook.yaml:1:1 GW1604")]
    public void A_file_that_is_no_runbook_is_a_finding(string text, params string[] findings) => Assert.Equal(findings, Book(text).Places());

    [Fact]
    public void A_missing_runbook_is_a_finding() => Assert.Equal(["runbook.yaml:1:1 GW1601"], _folder.Places());

    [Fact]
    public void All_is_found_at_once()
    {
        _folder.Write("part.yaml", "godwit: 1\nphases:\n  expand:\n    steps:\n      - {pause: x}\n      - {pause: '${b}', id: z}\n");
        Book("godwit: 1\nname: T\ntarget: postgres://u:p@h/d\ninclude: [part.yaml, gone.yaml]\nparameters: {a: }\nphases:\n  switch:\n    gates: [{count: {}}]\n  expand:\n    steps: [{pause: 1s, id: z}]\nextra: 1\n");
        Assert.Equal(
            [
                "runbook.yaml:2:7 GW1602", "runbook.yaml:3:9 GW1607", "runbook.yaml:4:22 GW1605", "runbook.yaml:5:17 GW1610", "runbook.yaml:8:21 GW1604", "runbook.yaml:9:3 GW1612",
                "runbook.yaml:10:13 GW1611", "runbook.yaml:11:1 GW1603", "part.yaml:5:17 GW1602", "part.yaml:6:17 GW1609",
            ],
            _folder.Places());
    }

    [Theory]
    [InlineData("target: postgres://app@db/app")]
    [InlineData("target: postgres://app:s3cret@db/app")]
    [InlineData("target: host=db password=s3cret")]
    [InlineData("target: {url: 'postgres://app:s3cret@db/app'}")]
    [InlineData("target: {env: 'postgres://app:s3cret@db/app'}")]
    [InlineData("target: {env: A}\nsources: {old: 'postgres://app:s3cret@db/app'}")]
    [InlineData("target: {env: A}\nsources: {old: {path: 'postgres://app:s3cret@db/app'}}")]
    [InlineData("target: {env: A}\ndescription: see https://app:s3cret@example.org/")]
    [InlineData("target: {env: A}\nparameters: {hook: 'https://app:s3cret@example.org/'}")]
    public void A_URL_in_the_file_is_a_finding_that_says_how_to_give_it(string text)
    {
        var finding = Assert.Single(Book($"godwit: 1\nname: a\n{text}\nphases: {{expand: {{steps: [{{pause: 1s}}]}}}}").Read().Findings);
        Assert.Equal(FindingCodes.RunbookSecret, finding.Code);
        Assert.Contains("environment variable", finding.Remedy, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", finding.Message + finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_URL_without_a_password_may_stand_where_no_database_is_named() =>
        Book(Head + "description: see https://example.org/a@b and me@example.org\nphases: {expand: {steps: [{pause: 1s}]}}").ReadClean();

    [Fact]
    public void A_step_and_a_gate_may_share_an_id() =>
        Book(Head + "phases: {expand: {gates: [{id: a, count: {query: x}}], steps: [{id: a, pause: 1s}]}}").ReadClean();

    [Fact]
    public void An_id_that_is_made_is_one()
    {
        _folder.Write("a b (c).sql", "").Write($"{new string('x', 100)}.sql", "");
        var steps = Book(Head + $"phases: {{expand: {{steps: [script: a b (c).sql, script: {new string('x', 100)}.sql]}}}}").ReadClean().Phases[0].Steps;
        Assert.Equal(["script-a-b--c-", "script-" + new string('x', 56)], steps.Select(s => s.Id));
    }
}
