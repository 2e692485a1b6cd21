using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks;

/// <summary>Reports of a real run, for each of those who read one.</summary>
public sealed class WholeReportTests(PostgresServers servers)
{
    private const string Pepper = "pepper-that-nobody-may-see-0123456789";

    private static readonly string[] s_kinds = ["full", "auditors", "stakeholders", "post-mortem"];

    private const string Shop = """
        godwit: 1
        name: shop
        target: {env: DATABASE_URL}
        personal_data:
          activity: Keys <img src=x onerror=alert(1)>
          purpose: Letting programs in
          basis: contract
          retention: 30 days after the contract ends
          dpia: {needed: false, because: keys become hashes}
          tables:
            clients: {api_key: credential, email: contact}
            api_keys: {api_key_hash: credential}
            nowhere: {email: contact}
        phases:
          expand:
            gates:
              - id: quiet
                integrity: {equal: [{name: "see <b>|this|", left: SELECT 1, right: SELECT 1}]}
            steps:
              - id: keys
                title: Keys <script>alert(1)</script> of their own
                sql: keys.sql
          backfill:
            steps:
              - id: hash-keys
                title: Every raw key gets its hash
                backfill:
                  from: clients
                  into: api_keys
                  conflict: [api_key_hash]
                  columns:
                    client_id: {copy: id}
                    name: {constant: legacy}
                    api_key_hash: {hash: {from: api_key, key: API_KEY_PEPPER}}
                  undo_where: name = 'legacy'
          switch:
            steps:
              - id: switch
                title: Keys are looked up by hash
                sql: switch.sql
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_reader_gets_what_the_run_shows_and_nobody_a_value_or_a_secret()
    {
        using var folder = await ShopAsync();
        var plan = (await folder.RunAsync("plan")).MustBe(0);
        Assert.Contains("GW1891", plan.Output + plan.Error, StringComparison.Ordinal);
        Assert.Contains("public.nowhere.email", plan.Output + plan.Error, StringComparison.Ordinal);
        (await folder.RunAsync("run")).MustBe(0);

        var full = await ReportAsync(folder, "full");
        foreach (var part in new[] { "Personal data", "HMAC-SHA256 under the secret API_KEY_PEPPER", "public.people.birth_date", "This run neither asked for a backup nor took one", "No rehearsal of this plan is on record", "Evidence in full" })
            Assert.Contains(part, full, StringComparison.Ordinal);
        var auditors = await ReportAsync(folder, "auditors");
        foreach (var part in new[] { "GDPR", "PCI DSS v4.0.1", "SOC 2", "ISO/IEC 27001:2022, Annex A", "there is no verified backup on record for this run", "nobody approved by signature", "signed up to entry" })
            Assert.Contains(part, auditors, StringComparison.Ordinal);
        var stakeholders = await ReportAsync(folder, "stakeholders");
        foreach (var part in new[] { "Every raw key gets its hash", "No verified backup is on record.", "It was not rehearsed.", "What is left" }) Assert.Contains(part, stakeholders, StringComparison.Ordinal);
        Assert.True(stakeholders.Length < full.Length / 3);

        (await folder.RunAsync("rollback")).MustBe(6);
        var record = await ReportAsync(folder, "post-mortem");
        foreach (var part in new[] { "Rollback decided", "Taking the phase back began", "To be filled in by people", "The schema is the one from before the first phase.", "public.clients.api_key", "72 hours" }) Assert.Contains(part, record, StringComparison.Ordinal);

        foreach (var kind in s_kinds)
        {
            var text = await ReportAsync(folder, kind);
            foreach (var secret in new[] { Pepper, "raw-key-1", "person-1@example.com", folder.Target.Url }) Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
            Assert.DoesNotContain("<script", text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("<img", text, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task Somebody_whom_no_report_is_for_is_told_whom_there_are_reports_for()
    {
        using var folder = await ShopAsync();
        var refused = (await folder.RunAsync("report", "--for", "everybody")).MustBe(2);
        Assert.Contains("post-mortem", refused.Output + refused.Error, StringComparison.Ordinal);
    }

    private static async Task<string> ReportAsync(RunbookFolder folder, string kind)
    {
        var path = folder.In($"{kind}.html");
        (await folder.RunAsync("report", "--for", kind, "--html", path)).MustBe(0);
        (await GodwitHere.RunAsync(folder.Path, folder.Environment, ["report", "verify", path])).MustBe(0);
        return await File.ReadAllTextAsync(path, Token);
    }

    private async Task<RunbookFolder> ShopAsync()
    {
        var folder = await RunbookFolder.PrepareAsync(servers);
        folder.Environment["API_KEY_PEPPER"] = Pepper;
        folder.Write("runbook.yaml", Shop);
        folder.Sql("keys.sql", "CREATE TABLE public.api_keys (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, client_id bigint NOT NULL, name text NOT NULL, api_key_hash text NOT NULL UNIQUE)", "DROP TABLE public.api_keys")
            .Sql("switch.sql", "ALTER TABLE public.clients ADD COLUMN by_hash boolean NOT NULL DEFAULT true", "ALTER TABLE public.clients DROP COLUMN by_hash");
        await folder.Target.ExecuteAsync("""
            CREATE TABLE public.clients (id bigint PRIMARY KEY, email text, api_key text);
            CREATE TABLE public.people (id bigint PRIMARY KEY, birth_date date);
            INSERT INTO public.clients SELECT i, 'person-' || i || '@example.com', 'raw-key-' || i FROM generate_series(1, 500) i
            """);
        return folder;
    }
}
