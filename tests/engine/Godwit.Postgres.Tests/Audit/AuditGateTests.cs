using Godwit.Engine.Runs;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Tests.Steps;
using Godwit.TestServers;
using Microsoft.AspNetCore.Http;

namespace Godwit.Postgres.Tests.Audit;

public sealed class AuditGateTests(PostgresServers servers)
{
    /// <summary>What belongs to the shared server, and to no test.</summary>
    private const string Server = "unseen: opens, ignore: [{id: db.superuser, reason: those of other tests}, {id: db.definer-path, reason: those of other tests}]";

    [Fact]
    public async Task The_gate_opens_once_what_it_found_is_mended()
    {
        using var script = await KindScript.NewAsync(servers);
        await script.Database.ExecuteAsync("GRANT CREATE ON SCHEMA public TO PUBLIC", superuser: true);
        Assert.IsType<RunbookOutcome.Paused>(await script.Gates($"- audit: {{database: {{}}, {Server}}}").RunAsync());
        Assert.Equal(("Fail", "1 finding: db.public-create schema public"), await script.GateAsync());
        Assert.Contains("those of other tests", await script.RecordAsync(), StringComparison.Ordinal);
        await script.Database.ExecuteAsync("REVOKE CREATE ON SCHEMA public FROM PUBLIC", superuser: true);
        Assert.IsType<RunbookOutcome.Reached>(await script.GoOnAsync());
        Assert.Equal("Pass", (await script.GateAsync()).State);
    }

    [Fact]
    public async Task Held_against_the_audit_before_only_what_the_run_made_worse_closes_it()
    {
        using var script = await KindScript.NewAsync(servers);
        await script.Database.ExecuteAsync("CREATE TABLE public.old (); GRANT SELECT ON public.old TO PUBLIC");
        script.Write("worse.sql", "-- godwit:up\nCREATE TABLE public.young (); GRANT SELECT ON public.young TO PUBLIC;\n-- godwit:down\nDROP TABLE public.young;\n");
        Assert.IsType<RunbookOutcome.Paused>(await script.Phases($"""
              expand:
                gates: [audit: {"{database: {}, fails_on: nothing}"}]
                steps: [sql: worse.sql]
              switch:
                gates: [audit: {"{database: {}, baseline: before, " + Server + "}"}]
                steps: [wait: 0s]
            """).RunAsync());
        Assert.Equal(("Fail", "1 finding not there before: db.public-table relation public.young: SELECT"), await script.GateAsync());
        await script.Database.ExecuteAsync("REVOKE SELECT ON public.young FROM PUBLIC");
        Assert.IsType<RunbookOutcome.Reached>(await script.GoOnAsync());
        Assert.Equal(3, await script.Database.ScalarAsync<long>("SELECT count(*) FROM godwit.gates WHERE evidence ? 'known'"));
    }

    [Theory]
    [InlineData("baseline: before", "NoData", "there is no earlier audit of this run")]
    [InlineData("baseline: expand-audit-2", "NoData", "the gate expand-audit-2 has not been audited in this run")]
    [InlineData("ignore: [{id: db.superuser, reason: other tests}, {id: db.definer-path, reason: other tests}]", "NoData", "db.md5-password: not seen: needs superuser, or SELECT on pg_authid")]
    public async Task What_cannot_be_seen_closes_the_gate(string setting, string state, string summary)
    {
        using var script = await KindScript.NewAsync(servers);
        Assert.IsType<RunbookOutcome.Paused>(await script.Gates($"- audit: {{database: {{}}, {setting}}}").RunAsync());
        var (seen, why) = await script.GateAsync();
        Assert.Equal(state, seen);
        Assert.StartsWith(summary, why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folder_and_service_are_audited_in_a_run_too_and_no_secret_is_put_on_record()
    {
        await using var service = await WebService.StartAsync(http => http.Response.WriteAsync("hello"), TestContext.Current.CancellationToken);
        using var script = await KindScript.NewAsync(servers);
        script.Variables["SERVICE"] = service.Url;
        script.Write("notes.txt", "password=9f8b7c6d5e4f3a2b");
        await script.Gates("- audit: {service: {url_env: SERVICE}}").RunAsync();
        var (state, summary) = await script.GateAsync();
        Assert.Equal("Fail", state);
        Assert.Contains("folder.secret notes.txt:1", summary, StringComparison.Ordinal);
        var record = await script.RecordAsync();
        Assert.Contains("http.csp", record, StringComparison.Ordinal);
        Assert.DoesNotContain("9f8b7c6d5e4f3a2b", record, StringComparison.Ordinal);
        Assert.DoesNotContain(service.Url, record, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_does_not_fit_together_is_found_before_anything_runs()
    {
        using var script = await KindScript.NewAsync(servers);
        script.Gates("""
            - {id: a, audit: {database: {}, ignore: [{id: db.public-craete, reason: typo}]}}
            - {id: b, audit: {folder: false}}
            - {id: c, audit: {service: {url: 'https://u@x/'}}}
            - {id: d, audit: {baseline: d}}
            """);
        Assert.Equal(["There is no check \"db.public-craete\"", "The audit looks at nothing: it needs database, folder or service", "The url holds a user or password: name them as variables in headers", "An audit is not held against itself"], script.Check().Where(f => f.Code.Id == "GW1770").Select(f => f.Message));
        Assert.Contains(script.Check(), f => f.Remedy == "Did you mean \"db.public-create\"?");
    }

    [Fact]
    public async Task What_is_ignored_is_part_of_the_plan()
    {
        using var script = await KindScript.NewAsync(servers);
        RunbookPlan Of(string audit) => script.Gates($"- audit: {audit}").Plan();
        Assert.NotEqual(Of("{database: {}}").Hash, Of("{database: {}, ignore: [{id: db.owner, reason: known}]}").Hash);
    }
}
