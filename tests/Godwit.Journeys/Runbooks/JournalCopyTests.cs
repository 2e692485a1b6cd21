using System.Text.Json;
using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks;

/// <summary>The journal's copy, made while a run goes on.</summary>
public sealed class JournalCopyTests(PostgresServers servers)
{
    private const string Two = """
          expand:
            steps:
              - sql: one.sql
          contract:
            steps:
              - sql: two.sql
        """;

    [Fact]
    public async Task Each_command_goes_on_with_the_copy_and_status_says_how_it_stands()
    {
        using var folder = await TwoAsync();
        var copy = folder.In("copy.jsonl");
        (await folder.RunAsync("run", "--journal", copy)).MustBe(0);
        var first = File.ReadAllLines(copy).Length;
        (await folder.RunAsync("finish", "--early", "a test", "--journal", copy)).MustBe(0);
        Assert.True(File.ReadAllLines(copy).Length > first);
        (await GodwitProcess.RunAsync(folder.Path, folder.Environment, ["journal", "verify", copy])).MustBe(0);

        var told = Assert.Single((await folder.JsonAsync(0, "status")).GetProperty("journal").EnumerateArray());
        Assert.Equal("up-to-date", told.GetProperty("state").GetString());
        Assert.Equal(await folder.Target.ScalarAsync<long>("SELECT max(sequence) FROM godwit.journal"), told.GetProperty("sent").GetInt64());
    }

    [Fact]
    public async Task A_copy_that_cannot_be_made_is_a_warning_and_never_fails_the_run()
    {
        using var folder = await TwoAsync();
        File.WriteAllText(folder.In("copy.jsonl"), "this is something else\n");
        var run = await folder.JsonAsync(0, "run", "--journal", folder.In("copy.jsonl"));
        Assert.Equal("complete", run.GetProperty("outcome").GetString());
        Assert.Equal("GW1711", Code(run));
        Assert.Equal("GW1711", Code(await folder.JsonAsync(0, "status")));
    }

    [Fact]
    public async Task A_command_that_copies_nothing_leaves_a_copy_behind_and_status_says_so()
    {
        using var folder = await TwoAsync();
        (await folder.RunAsync("run", "--journal", folder.In("copies/"))).MustBe(0);
        (await folder.RunAsync("finish", "--early", "a test")).MustBe(0);
        var status = await folder.JsonAsync(0, "status");
        Assert.Equal("behind", status.GetProperty("journal")[0].GetProperty("state").GetString());
        Assert.Equal("GW1711", Code(status));
    }

    [Fact]
    public async Task A_URL_gets_the_journal_and_a_header_that_stands_in_no_argument()
    {
        using var folder = await TwoAsync();
        await using var service = new LoopbackService(_ => new LoopbackAnswer(204));
        folder.Environment["GODWIT_JOURNAL_AUTHORIZATION"] = "Bearer of-the-test";
        Assert.Empty((await folder.JsonAsync(0, "run", "--journal", service.Url + "/journals")).GetProperty("findings").EnumerateArray());
        Assert.All(service.Requests, r => Assert.Equal("Bearer of-the-test", r.Headers["Authorization"]));
        await File.WriteAllTextAsync(folder.In("got.jsonl"), string.Concat(service.Requests.Select(r => r.Body)), TestContext.Current.CancellationToken);
        (await GodwitProcess.RunAsync(folder.Path, folder.Environment, ["journal", "verify", folder.In("got.jsonl")])).MustBe(0);
    }

    [Fact]
    public async Task The_runbook_names_the_place_and_the_option_wins()
    {
        using var folder = await TwoAsync();
        folder.Environment["JOURNAL_PLACE"] = folder.In("named.jsonl");
        var text = await File.ReadAllTextAsync(folder.File, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(folder.File, text.Replace("phases:", "journal: {env: JOURNAL_PLACE}\nphases:", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        (await folder.RunAsync("run")).MustBe(0);
        (await folder.RunAsync("finish", "--early", "a test", "--journal", folder.In("option.jsonl"))).MustBe(0);
        (await GodwitProcess.RunAsync(folder.Path, folder.Environment, ["journal", "verify", folder.In("named.jsonl")])).MustBe(0);
        Assert.True(File.ReadAllLines(folder.In("option.jsonl")).Length > File.ReadAllLines(folder.In("named.jsonl")).Length);

        await File.WriteAllTextAsync(folder.File, text.Replace("phases:", "journal: {file: copies/}\nphases:", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        (await folder.RunAsync("rollback")).MustBe(6);
        Assert.Single(Directory.GetFiles(folder.In("copies")), f => f.EndsWith(".journal.jsonl", StringComparison.Ordinal));
        folder.Environment["JOURNAL_PLACE"] = null;
        await File.WriteAllTextAsync(folder.File, text.Replace("phases:", "journal: {env: JOURNAL_PLACE}\nphases:", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        Assert.Equal("GW1711", Code(await folder.JsonAsync(1, "run")));
    }

    [Theory]
    [InlineData("ftp://localhost/journal")]
    [InlineData("http://elsewhere.example/journal")]
    [InlineData("https://somebody:word@elsewhere.example/journal")]
    public async Task A_place_that_is_not_safe_is_a_usage_error(string place)
    {
        using var folder = await TwoAsync();
        (await folder.RunAsync("run", "--journal", place)).MustBe(2);
    }

    private static string? Code(JsonElement document) => Assert.Single(document.GetProperty("findings").EnumerateArray()).GetProperty("code").GetString();

    private async Task<RunbookFolder> TwoAsync() => (await RunbookFolder.PrepareAsync(servers)).Runbook(Two)
        .Sql("one.sql", "CREATE TABLE one (id bigint)", "DROP TABLE one")
        .Sql("two.sql", "CREATE TABLE two (id bigint)", "DROP TABLE two");
}
