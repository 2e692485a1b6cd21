using System.Text.Json;
using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks;

/// <summary>Who decides on a rollback, and what is looked at after it.</summary>
public sealed class RollbackTests(PostgresServers servers)
{
    private const string Shop = """
          expand:
            gates:
              - id: whole
                integrity: {equal: [{name: ids, left: SELECT count(*) FROM legacy, right: SELECT count(DISTINCT id) FROM legacy}]}
            steps:
              - sql: customers.sql
          switch:
            steps:
              - sql: view.sql
        """;

    [Fact]
    public async Task Without_roles_a_young_run_goes_back_with_no_ceremony_and_its_checklist_holds()
    {
        using var folder = await ShopAsync();
        (await folder.RunAsync("run")).MustBe(0);
        (await folder.RunAsync("rollback")).MustBe(6);
        var status = await folder.JsonAsync(0, "status");
        Assert.Equal("< 1h", status.GetProperty("decided").GetProperty("row").GetString());
        var seen = status.GetProperty("checked");
        Assert.True(seen.GetProperty("verified").GetBoolean());
        Assert.Equal(["schema", "indexes", "constraints", "triggers", "sequences", "gate whole"], seen.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("item").GetString()));
        Assert.All(seen.GetProperty("items").EnumerateArray(), i => Assert.Equal("holds", i.GetProperty("state").GetString()));
        Assert.Contains("rollback checked: 6 of 6 hold", (await folder.RunAsync("status")).MustBe(0).Output, StringComparison.Ordinal);
        var report = (await folder.RunAsync("report")).MustBe(0).Output;
        foreach (var part in new[] { "## Rollback decision", "## Rollback checklist", "no sequence is behind its column", "Notify stakeholders" }) Assert.Contains(part, report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_has_to_approve_before_the_switch()
    {
        using var folder = await ShopAsync();
        folder.Sql("view.sql", "SELECT 1/0", "SELECT 1");
        folder.Runbook(Shop.Replace("switch:", "verify:", StringComparison.Ordinal) + "\n  switch:\n    steps:\n      - sql: late.sql").Sql("late.sql", "SELECT 1", "SELECT 1");
        (await folder.RunAsync("run")).MustBe(5);
        await folder.Target.ExecuteAsync("UPDATE godwit.phases SET began_at = began_at - interval '5 days', ended_at = ended_at - interval '5 days'");
        Assert.Contains("nothing is switched yet: nobody has to approve", (await folder.RunAsync("status")).MustBe(0).Output, StringComparison.Ordinal);
        (await folder.RunAsync("rollback")).MustBe(6);
    }

    [Fact]
    public async Task After_hours_a_rollback_takes_the_approvals_of_its_row_and_the_journal_keeps_them()
    {
        using var folder = await ShopAsync();
        (await folder.RunAsync("run")).MustBe(0);
        await AgeAsync(folder, "5 hours");
        Assert.Contains("4h to 1d): weigh a rollback against a forward fix; CTO and Product Owner approve", (await folder.RunAsync("status")).MustBe(0).Output, StringComparison.Ordinal);
        var refused = await folder.JsonAsync(1, "rollback", "--approved-by", "cto: Ada");
        var finding = Assert.Single(refused.GetProperty("findings").EnumerateArray());
        Assert.Equal("GW1738", finding.GetProperty("code").GetString());
        Assert.EndsWith("missing: Product Owner", finding.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM pg_views WHERE viewname = 'names'"));

        (await folder.RunAsync("rollback", "--approved-by", "cto: Ada", "--approved-by", "Product Owner: Grace")).MustBe(6);
        var body = JsonDocument.Parse(await folder.Target.ScalarAsync<string>("SELECT body FROM godwit.journal WHERE kind = 'rollback-decided'")).RootElement;
        Assert.Equal(["Ada", "Grace"], body.GetProperty("approvals").EnumerateArray().Select(a => a.GetProperty("name").GetString()));
        Assert.Equal("evaluate", body.GetProperty("action").GetString());
        Assert.InRange(body.GetProperty("seconds").GetInt64(), 5 * 3600, (5 * 3600) + 600);
    }

    [Fact]
    public async Task After_days_only_a_forward_fix_is_left_unless_somebody_overrides_it()
    {
        using var folder = await ShopAsync();
        (await folder.RunAsync("run")).MustBe(0);
        await AgeAsync(folder, "4 days");
        var codes = (await folder.JsonAsync(1, "rollback")).GetProperty("findings").EnumerateArray().Select(f => f.GetProperty("code").GetString());
        Assert.Equal(["GW1739", "GW1738"], codes);
        Assert.Contains("GW1739", (await folder.RunAsync("rollback", "--approved-by", "Executive Team: Eve")).MustBe(1).Output, StringComparison.Ordinal);
        (await folder.RunAsync("rollback", "--override", "the keys are compromised", "--approved-by", "Executive Team: Eve")).MustBe(6);
        Assert.Equal(1, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.journal WHERE kind = 'rollback-decided' AND body LIKE '%the keys are compromised%'"));
        Assert.Contains("overridden: the keys are compromised", (await folder.RunAsync("status")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_runbook_has_its_own_matrix_and_its_roles_their_people()
    {
        using var folder = await ShopAsync();
        folder.Runbook(Shop + """

            roles: {duty: [Ada, Grace]}
            rollback:
              matrix:
                - {until: 2h, action: rollback, approvers: [duty], takes: a minute}
                - {impact: high, action: forward-only, approvers: [duty]}
            """);
        Assert.Contains("| < 2h | minimal | rollback | duty | a minute |", (await folder.RunAsync("plan", "--markdown")).MustBe(0).Output, StringComparison.Ordinal);
        (await folder.RunAsync("run")).MustBe(0);
        Assert.Contains("missing: duty", (await folder.RunAsync("rollback")).MustBe(1).Output, StringComparison.Ordinal);
        Assert.Contains("Mallory is not among the people", (await folder.RunAsync("rollback", "--approved-by", "duty: Mallory")).MustBe(1).Output, StringComparison.Ordinal);
        Assert.Contains("GW1739", (await folder.RunAsync("rollback", "--approved-by", "duty: ada", "--impact", "high")).MustBe(1).Output, StringComparison.Ordinal);
        (await folder.RunAsync("rollback", "--approved-by", "duty: ada")).MustBe(6);
        (await folder.RunAsync("rollback", "--approved-by", "ada")).MustBe(2);
    }

    [Fact]
    public async Task What_others_change_in_the_schema_meanwhile_does_not_hold_the_way_back_up()
    {
        using var folder = await ShopAsync();
        folder.Runbook(Shop + "\n  observe:\n    steps:\n      - smoke: [{name: there, sql: SELECT true}]");
        (await folder.RunAsync("run")).MustBe(0);
        // The application's own: a partition that was added, an index on what the run made, a table that it dropped, a column.
        await folder.Target.ExecuteAsync("CREATE TABLE events (id int); CREATE INDEX on_new ON customers (name); ALTER TABLE legacy ADD COLUMN note text");
        var outcome = (await folder.RunAsync("rollback")).MustBe(6);
        Assert.Contains("left as others made it meanwhile", outcome.Output + outcome.Error, StringComparison.Ordinal);
        Assert.True(await folder.Target.ScalarAsync<bool>("SELECT to_regclass('events') IS NOT NULL AND to_regclass('customers') IS NULL"));
        var seen = (await folder.JsonAsync(0, "status")).GetProperty("checked").GetProperty("items")[0];
        Assert.Equal(("holds", "what it was before the first step, but for what others changed meanwhile"), (seen.GetProperty("state").GetString(), seen.GetProperty("saw").GetString()));
    }

    [Fact]
    public async Task What_a_rollback_left_behind_is_named_and_it_is_not_over_until_it_is_put_right()
    {
        using var folder = await ShopAsync();
        folder.Runbook(Shop + "\n" + """
            rollback:
              within: 0s
              unchanged: [{name: what was sold, query: SELECT sum(length(name)) FROM legacy}]
              checklist: [{name: the service answers, sql: "SELECT to_regclass('public.broken') IS NULL"}]
            """);
        folder.Sql("customers.sql", "CREATE TABLE customers (id bigint PRIMARY KEY, name text); CREATE SCHEMA other", "DROP TABLE customers; SELECT setval('legacy_id_seq', 1); UPDATE legacy SET name = name || '!'");
        (await folder.RunAsync("run")).MustBe(0);
        var failed = await folder.JsonAsync(3, "rollback");
        Assert.Contains("the schema is not what it was before", failed.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.EndsWith("when the phase began: not there before: schema other", failed.GetProperty("findings")[0].GetProperty("message").GetString(), StringComparison.Ordinal);
        await folder.Target.ExecuteAsync("DROP SCHEMA other");

        failed = await folder.JsonAsync(3, "rollback");
        Assert.StartsWith("rolled back, but not verified:", failed.GetProperty("reason").GetString(), StringComparison.Ordinal);
        var messages = failed.GetProperty("findings").EnumerateArray().Select(f => f.GetProperty("message").GetString()).ToList();
        Assert.Equal(["after the rollback sequences: left behind: public.legacy_id_seq", "after the rollback what was sold: answers otherwise than before the first step"], messages);
        Assert.All(failed.GetProperty("findings").EnumerateArray(), f => Assert.Equal("GW1750", f.GetProperty("code").GetString()));
        // Nothing else begins on what is not known to be as it was.
        (await folder.RunAsync("run")).MustBe(1);

        await folder.Target.ExecuteAsync("SELECT setval('public.legacy_id_seq', 3); UPDATE public.legacy SET name = rtrim(name, '!')");
        (await folder.RunAsync("rollback")).MustBe(6);
        Assert.Equal("rolled-back", (await folder.JsonAsync(0, "status")).GetProperty("state").GetString());
        Assert.Equal(0, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.journal WHERE body LIKE '%abc%'"));
    }

    [Fact]
    public async Task The_journal_has_a_gates_evidence_and_the_report_tells_when_its_row_was_changed()
    {
        using var folder = await ShopAsync();
        (await folder.RunAsync("run")).MustBe(0);
        var body = JsonDocument.Parse(await folder.Target.ScalarAsync<string>("SELECT body FROM godwit.journal WHERE kind = 'gate'")).RootElement;
        Assert.Equal("3 and 3", body.GetProperty("evidence").GetProperty("ids").GetString());
        Assert.Contains("| as journalled |", (await folder.RunAsync("report")).MustBe(0).Output, StringComparison.Ordinal);
        await folder.Target.ExecuteAsync("""UPDATE godwit.gates SET evidence = '{"ids": "4 and 4"}'""");
        Assert.Contains("CHANGED since", (await folder.RunAsync("report")).MustBe(0).Output, StringComparison.Ordinal);
    }

    /// <summary>As if the switch had been that long ago.</summary>
    private static Task AgeAsync(RunbookFolder folder, string age) => folder.Target.ExecuteAsync($"UPDATE godwit.phases SET began_at = began_at - interval '{age}', ended_at = ended_at - interval '{age}'");

    private async Task<RunbookFolder> ShopAsync()
    {
        var folder = await RunbookFolder.PrepareAsync(servers);
        await folder.Target.ExecuteAsync("CREATE TABLE public.legacy (id bigserial PRIMARY KEY, name text); INSERT INTO public.legacy (name) VALUES ('abc1'), ('abc2'), ('abc3')");
        return folder.Runbook(Shop)
            .Sql("customers.sql", "CREATE TABLE customers (id bigint PRIMARY KEY, name text)", "DROP TABLE customers")
            .Sql("view.sql", "CREATE VIEW names AS SELECT name FROM customers", "DROP VIEW names");
    }
}
