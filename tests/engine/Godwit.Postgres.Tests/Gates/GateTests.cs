using Godwit.Engine.Runs;
using Godwit.Postgres.Tests.Steps;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Gates;

public sealed class GateTests(PostgresServers servers)
{
    private const string Tables = """
        CREATE TABLE public.old_users (id int, email text);
        CREATE TABLE public.users (id int NOT NULL, email text);
        ALTER TABLE public.users ADD CONSTRAINT has_at CHECK (email LIKE '%@%') NOT VALID;
        CREATE INDEX users_email ON public.users (email);
        INSERT INTO public.old_users VALUES (1, 'ada@lovelace.example'), (2, 'alan@turing.example');
        INSERT INTO public.users SELECT * FROM public.old_users;
        """;

    private const string Integrity = """
        - integrity:
            checks: [{name: first, sql: {query: SELECT email FROM users WHERE id = 1, expect: ada@lovelace.example}}]
            equal:
              - {name: counts, left: SELECT count(*) FROM users -- the new, right: SELECT count(*) FROM old_users;}
              - {name: emails, left: SELECT min(email) FROM users, right: SELECT min(email) FROM old_users}
            not_null: [{table: users, columns: [id, email]}]
            constraints: [users]
            indexes: [public.*]
        """;

    [Fact]
    public async Task Integrity_holds_once_all_of_it_does()
    {
        using var script = await KindScript.NewAsync(servers);
        await script.Database.ExecuteAsync(Tables);
        Assert.Equal(("Fail", "constraints of users: not validated: has_at"), await AskAsync(script, Integrity));
        await script.Database.ExecuteAsync("ALTER TABLE public.users VALIDATE CONSTRAINT has_at");
        Assert.IsType<RunbookOutcome.Reached>(await script.GoOnAsync());
        Assert.Equal(("Pass", "7 checks hold"), await script.GateAsync());
        Assert.DoesNotContain("turing", await script.RecordAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Integrity_names_what_does_not_hold_and_no_row()
    {
        using var script = await KindScript.NewAsync(servers);
        await script.Database.ExecuteAsync(Tables + "ALTER TABLE public.users VALIDATE CONSTRAINT has_at; INSERT INTO public.users VALUES (3, NULL), (4, 'aaron@x.example')");
        await script.Database.ExecuteAsync("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'public.users_email'::regclass", superuser: true);
        var (state, summary) = await AskAsync(script, Integrity);
        Assert.Equal("Fail", state);
        Assert.Equal("counts: 4 and 2; emails: not equal; users.email: 1 NULL; indexes of public.*: not valid: users_email", summary);
        Assert.DoesNotContain("aaron", await script.RecordAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELECT id, email FROM users ORDER BY id DESC -- any order", "SELECT id::bigint, email AS mail FROM old_users;", "Pass", "1 check holds")]
    [InlineData("SELECT id, email FROM users UNION ALL SELECT 2, 'alan@turing.example'", "SELECT id, email FROM old_users", "Fail", "same: 3 and 2 rows")]
    [InlineData("SELECT id, email FROM users", "SELECT id, upper(email) FROM old_users", "Fail", "same: 2 rows on both sides, not the same")]
    [InlineData("SELECT 1, NULL::text", "SELECT 1, ''", "Fail", "same: 1 row on both sides, not the same")]
    [InlineData("SELECT 1, 2 UNION ALL SELECT 2, 1", "SELECT 1, 1 UNION ALL SELECT 2, 2", "Fail", "same: 2 rows on both sides, not the same")]
    [InlineData("SELECT 1 WHERE false", "SELECT 2 WHERE false", "Pass", "1 check holds")]
    public async Task Rows_are_the_same_in_any_order_and_as_often(string left, string right, string state, string summary)
    {
        using var script = await KindScript.NewAsync(servers);
        await script.Database.ExecuteAsync(Tables);
        Assert.Equal((state, summary), await AskAsync(script, $"- integrity: {{same_rows: [{{name: same, left: \"{left}\", right: \"{right}\"}}]}}"));
        Assert.DoesNotContain("turing.example", await script.RecordAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plpgsql", "Pass", "1 check holds")]
    [InlineData("amcheck", "Fail", "extension amcheck: not installed; the server has version ")]
    [InlineData("no such thing", "Fail", "extension no such thing: not installed, and the server does not have it")]
    public async Task Extensions_are_looked_for_before(string extension, string state, string summary)
    {
        using var script = await KindScript.NewAsync(servers);
        var (seen, why) = await AskAsync(script, $"- integrity: {{extensions: ['{extension}']}}");
        Assert.Equal(state, seen);
        Assert.StartsWith(summary, why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_that_is_gone_is_no_data()
    {
        using var script = await KindScript.NewAsync(servers);
        var (state, summary) = await AskAsync(script, "- integrity: {equal: [{name: counts, left: SELECT count(*) FROM gone, right: SELECT 1}]}");
        Assert.Equal("NoData", state);
        Assert.Contains("gone", summary, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{sql: SELECT 5, at_most: 5, every: 1ms}", "Pass", "every of 3 samples: 5 to 5, at most 5")]
    [InlineData("{sql: SELECT 6, at_most: 5, of: median, every: 1ms}", "Fail", "median of 3 samples: 6, and had to be at most 5")]
    [InlineData("{sql: SELECT NULL::int, at_most: 5, every: 1ms}", "NoData", "no sample of 3 had a number: it has no value")]
    [InlineData("{sql: SELECT 1 FROM gone, at_most: 5, samples: 1}", "NoData", "no sample of 1 had a number: the query was refused: relation \"gone\" does not exist (SQLSTATE 42P01)")]
    [InlineData("{http: {url: 'http://127.0.0.1:9/', at: /x, retries: 0}, at_most: 5, samples: 1}", "NoData", "no sample of 1 had a number: the connection failed (ConnectionError)")]
    public async Task A_metric_is_compared_with_its_bounds(string metric, string state, string summary)
    {
        using var script = await KindScript.NewAsync(servers);
        Assert.Equal((state, summary), await AskAsync(script, $"- metric: {metric}"));
    }

    [Fact]
    public async Task Too_few_samples_decide_nothing()
    {
        var asked = 0;
        await using var service = new LoopbackService(_ => new LoopbackAnswer(200, asked++ == 1 ? """{"data":[]}""" : """{"data":[{"p95":1.2e2}]}"""));
        using var script = await KindScript.NewAsync(servers);
        var metric = $"- metric: {{http: {{url: '{service.Url}', at: /data/0/p95}}, at_most: 200, samples: 3, needed: {{0}}, every: 1ms}}";
        Assert.Equal(("Inconclusive", "2 of 3 samples had a number, and 3 are needed: there is no /data/0/p95 in the answer"), await AskAsync(script, metric.Replace("{0}", "3", StringComparison.Ordinal)));
        asked = 0;
        using var enough = await KindScript.NewAsync(servers);
        Assert.Equal(("Pass", "every of 2 samples: 120 to 120, at most 200"), await AskAsync(enough, metric.Replace("{0}", "2", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Lag_without_a_replica_is_no_data()
    {
        using var script = await KindScript.NewAsync(servers);
        Assert.Equal(("NoData", "no replica that counts is connected"), await AskAsync(script, "- lag: 1s"));
        using var none = await KindScript.NewAsync(servers);
        Assert.Equal("Pass", (await AskAsync(none, "- lag: {at_most: 1s, replicas: 0}")).State);
    }

    [Fact]
    public async Task Smoke_and_config_are_gates_too()
    {
        using var script = await KindScript.NewAsync(servers);
        script.Variables["PEPPER"] = "changeme";
        var (state, summary) = await AskAsync(script, """
            - smoke: {checks: [{sql: SELECT true}, {name: slow, warns: true, sql: SELECT false}]}
            - config: {variables: {PEPPER: {}}}
            """);
        Assert.Equal(("Fail", "PEPPER is a placeholder"), (state, summary));
        Assert.Contains("2 checks, with warnings: slow", await script.RecordAsync(), StringComparison.Ordinal);
    }

    private static async Task<(string State, string Summary)> AskAsync(KindScript script, string gates)
    {
        await script.Gates(gates).RunAsync();
        return await script.GateAsync();
    }
}
