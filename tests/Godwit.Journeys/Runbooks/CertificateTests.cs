using System.Text.Json;
using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks;

/// <summary>What a run of a runbook ends in.</summary>
public sealed class CertificateTests(PostgresServers servers)
{
    private const string Shop = """
          expand:
            gates:
              - id: whole
                integrity: {equal: [{name: ids, left: SELECT 3, right: SELECT 3}]}
            steps:
              - sql: {up: customers.sql, verify: [{query: "SELECT to_regclass('customers') IS NOT NULL"}]}
          contract:
            steps:
              - id: forget
                sql: forget.sql
                irreversible: it is gone
        """;

    [Fact]
    public async Task A_finished_run_has_a_signed_certificate_and_a_change_of_it_is_seen_without_the_target()
    {
        using var folder = await ShopAsync();
        Assert.False((await folder.JsonAsync(0, "run")).TryGetProperty("certificate", out _));
        var finished = await folder.JsonAsync(0, "finish", "--early", "a test", "--certificate", folder.In("shop.json"));
        var path = finished.GetProperty("certificate").GetString()!;
        var text = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        var certificate = JsonDocument.Parse(text).RootElement;
        Assert.Equal("finished", certificate.GetProperty("verdict").GetString());
        Assert.Equal(finished.GetProperty("plan").GetString(), certificate.GetProperty("plan").GetString());
        Assert.Equal(["sql-customers", "forget"], certificate.GetProperty("steps").EnumerateArray().Select(s => s.GetProperty("id").GetString()));
        var head = certificate.GetProperty("journal");
        Assert.Equal(
            await folder.Target.ScalarAsync<string>("SELECT concat(sequence, ':', hash) FROM godwit.journal ORDER BY sequence DESC LIMIT 1"),
            $"{head.GetProperty("sequence").GetInt64()}:{head.GetProperty("hash").GetString()}");
        Assert.Equal(text, await folder.Target.ScalarAsync<string>("SELECT certificate FROM godwit.runs"));
        Assert.DoesNotContain(folder.Target.Server.Password, text, StringComparison.Ordinal);

        folder.Environment["DATABASE_URL"] = "postgres://nobody@127.0.0.1:1/nothing";
        Assert.Contains("finished: 2 steps done and verified, 1 gate passed", (await CertificateAsync(folder, "verify", path)).MustBe(0).Output, StringComparison.Ordinal);
        var shown = (await CertificateAsync(folder, "show", path)).MustBe(0).Output;
        foreach (var part in new[] { "whole of expand: Pass: 1 check", "forget (sql): done", "head " }) Assert.Contains(part, shown, StringComparison.Ordinal);
        await File.WriteAllTextAsync(path, text.Replace("\"finished\"", "\"rolledBack\"", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        (await CertificateAsync(folder, "verify", path)).MustBe(3);
        await File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);
        folder.Environment["GODWIT_HOME"] = folder.In("another-home");
        (await CertificateAsync(folder, "verify", path)).MustBe(1);
    }

    [Fact]
    public async Task A_run_that_went_back_is_certified_as_such_with_its_decision_and_checklist()
    {
        using var folder = await ShopAsync();
        (await folder.RunAsync("run")).MustBe(0);
        var path = (await folder.JsonAsync(6, "rollback", "--approved-by", "duty: Ada")).GetProperty("certificate").GetString()!;
        Assert.StartsWith(folder.Path, path, StringComparison.Ordinal);
        var certificate = JsonDocument.Parse(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken)).RootElement;
        Assert.Equal("rolledBack", certificate.GetProperty("verdict").GetString());
        Assert.Equal(certificate.GetProperty("target").GetProperty("schemaBefore").GetString(), certificate.GetProperty("target").GetProperty("schemaAfter").GetString());
        Assert.Equal("Ada", certificate.GetProperty("rollback").GetProperty("approvals")[0].GetProperty("name").GetString());
        Assert.StartsWith("holds:", certificate.GetProperty("rollback").GetProperty("items").GetProperty("schema").GetString(), StringComparison.Ordinal);
        Assert.Contains("everything is as it was", (await CertificateAsync(folder, "verify", path)).MustBe(0).Output, StringComparison.Ordinal);
    }

    private static Task<Outcome> CertificateAsync(RunbookFolder folder, string command, string path) => GodwitProcess.RunAsync(folder.Path, folder.Environment, ["certificate", command, path]);

    private async Task<RunbookFolder> ShopAsync() => (await RunbookFolder.PrepareAsync(servers)).Runbook(Shop)
        .Sql("customers.sql", "CREATE TABLE customers (id bigint PRIMARY KEY, name text)", "DROP TABLE customers")
        .Sql("forget.sql", "SELECT 1");
}
