using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks;

/// <summary>A run in one signed file.</summary>
public sealed class ReportTests(PostgresServers servers)
{
    private const string Shop = """
          expand:
            gates:
              - id: quiet
                integrity: {equal: [{name: "see <b>|this|", left: SELECT 1, right: SELECT 1}]}
            steps:
              - id: customers
                title: Customers <script>alert(1)</script> | and `more`
                sql: customers.sql
          switch:
            steps:
              - id: rename
                sql: rename.sql
        """;

    [Theory]
    [InlineData("--markdown")]
    [InlineData("--html")]
    public async Task A_report_tells_the_run_and_its_signature_tells_a_change(string format)
    {
        using var folder = await ShopAsync();
        (await folder.RunAsync("run")).MustBe(0);
        var path = folder.In("report");
        var written = await folder.JsonAsync(0, "report", format, path);
        var text = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        foreach (var part in new[] { "customers", "run-finished", "Schema before and after", "rename", written.GetProperty("head").GetString()! })
            Assert.Contains(part, text, StringComparison.Ordinal);
        Assert.Contains("+ table", text, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", text.Replace("\\<script", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);

        Assert.Equal(0, await VerifyAsync(folder, path));
        (await GodwitProcess.RunAsync(folder.Path, folder.Environment, ["journal", "verify", "--to", folder.Target.Url, "--head", written.GetProperty("head").GetString()!])).MustBe(0);
        await File.WriteAllTextAsync(path, text.Replace("customers", "Customers", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        Assert.Equal(3, await VerifyAsync(folder, path));
        await File.WriteAllTextAsync(path, text[..text.LastIndexOf("<!--", StringComparison.Ordinal)], TestContext.Current.CancellationToken);
        Assert.Equal(1, await VerifyAsync(folder, path));
        await File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);
        folder.Environment["GODWIT_HOME"] = folder.In("another-home");
        Assert.Equal(1, await VerifyAsync(folder, path));
    }

    [Fact]
    public async Task A_report_of_a_run_that_went_back_shows_the_way_back_and_the_same_schema()
    {
        using var folder = await ShopAsync();
        (await folder.RunAsync("run")).MustBe(0);
        (await folder.RunAsync("rollback")).MustBe(6);
        var text = (await folder.RunAsync("report")).MustBe(0).Output;
        Assert.Contains("## The way back", text, StringComparison.Ordinal);
        Assert.Contains("From the first to the last: the same.", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_journal_that_was_meddled_with_is_reported_as_such()
    {
        using var folder = await ShopAsync();
        (await folder.RunAsync("run")).MustBe(0);
        await folder.Target.ExecuteAsync("ALTER TABLE godwit.journal DISABLE TRIGGER append_only; UPDATE godwit.journal SET body = 'no json' WHERE sequence = 3; UPDATE godwit.catalogs SET lines = '{}'");
        var text = (await folder.RunAsync("report")).MustBe(3).Output;
        Assert.Contains("| verified | Broken |", text, StringComparison.Ordinal);
        Assert.Contains("are not those that the journal names", text, StringComparison.Ordinal);
    }

    private static async Task<int> VerifyAsync(RunbookFolder folder, string path) => (await GodwitProcess.RunAsync(folder.Path, folder.Environment, ["report", "verify", path])).ExitCode;

    private async Task<RunbookFolder> ShopAsync() => (await RunbookFolder.PrepareAsync(servers)).Runbook(Shop)
        .Sql("customers.sql", "CREATE TABLE customers (id bigint PRIMARY KEY, name text)", "DROP TABLE customers")
        .Sql("rename.sql", "ALTER TABLE customers RENAME name TO title", "ALTER TABLE customers RENAME title TO name");
}
