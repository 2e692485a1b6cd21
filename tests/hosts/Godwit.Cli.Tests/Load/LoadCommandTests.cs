using Godwit.Cli.Runbooks;
using Godwit.TestServers;
using Microsoft.AspNetCore.Http;

namespace Godwit.Cli.Tests.Load;

public sealed class LoadCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("godwit-load-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Requests => Path.Combine(_folder, "r.yaml");

    public LoadCommandTests() => File.WriteAllText(Requests, "godwit: 1\nscenarios:\n  - name: visitor\n    requests: [{name: home, path: /, expect: {contains: [hello]}}]\n");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Load_says_what_came_of_it_and_which_thresholds_were_missed()
    {
        await using var service = await WebService.StartAsync(http => http.Response.WriteAsync("hello"), Token);
        var passed = await CommandLine.RunAsync("load", Requests, "--url", service.Url, "--rate", "50", "--duration", "1s", "--p99", "10s", "--at-least", "45", "--json");
        Assert.True(passed.ExitCode == 0, passed.Output + passed.Error);
        Assert.Equal(("passed", 50, 50.0), (passed.Json.GetProperty("outcome").GetString(), passed.Json.GetProperty("answered").GetInt32(), passed.Json.GetProperty("rate").GetDouble()));
        var missed = await CommandLine.RunAsync("load", Requests, "--url", service.Url, "--rate", "50", "--duration", "1s", "--at-least", "60");
        Assert.Equal(1, missed.ExitCode);
        Assert.Contains("50 answers a second, and had to be 60", missed.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Interrupted_it_ends_with_the_figures_so_far()
    {
        await using var service = await WebService.StartAsync(http => http.Response.WriteAsync("hello"), Token);
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(2), TimeProvider.System);
        using var output = new StringWriter();
        using var error = new StringWriter();
        Assert.Equal(4, await GodwitCommand.RunAsync(["load", Requests, "--url", service.Url, "--rate", "20", "--duration", "10m", "--json"], output, error, stop.Token));
        var document = new CommandLine(4, output.ToString(), error.ToString()).Json;
        Assert.Equal("interrupted", document.GetProperty("outcome").GetString());
        Assert.InRange(document.GetProperty("answered").GetInt32(), 1, 60);
    }

    [Fact]
    public async Task Smoke_says_which_were_not_answered_as_expected()
    {
        var text = "hello";
        await using var service = await WebService.StartAsync(http => http.Response.WriteAsync(text), Token);
        Assert.Contains("All 1 answered as expected", (await CommandLine.RunAsync("smoke", Requests, "--url", service.Url)).Output, StringComparison.Ordinal);
        text = "other";
        var failed = await CommandLine.RunAsync("smoke", Requests, "--url", service.Url, "--json");
        Assert.Equal((1, "failed", "visitor: home"), (failed.ExitCode, failed.Json.GetProperty("outcome").GetString(), failed.Json.GetProperty("requests")[0].GetProperty("name").GetString()));
    }

    [Theory]
    [InlineData(2, "--url", "ftp://x")]
    [InlineData(2, "--url", "http://u:p@x/")]
    [InlineData(2, "--url", "http://x/", "--rate", "0")]
    [InlineData(2, "--url", "http://x/", "--duration", "soon")]
    [InlineData(2, "--url", "http://x/", "--duration", "1s", "--ramp", "2s")]
    [InlineData(1)]
    public async Task What_is_asked_for_has_to_make_sense(int exitCode, params string[] options) => Assert.Equal(exitCode, (await CommandLine.RunAsync(["load", Requests, .. options])).ExitCode);

    [Fact]
    public async Task The_page_has_the_keys_that_the_program_reads()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(RepositoryFolder.Path, "docs", "requests.md"), Token);
        const string Begin = "<!-- godwit schema --requests --reference -->\n";
        var start = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var written = page[start..page.IndexOf("<!-- end -->", start, StringComparison.Ordinal)].Trim();
        Assert.True(written == SchemaCommand.RequestsReference(), "docs/requests.md is not what the program reads. Put this after the comment in it:\n\n" + SchemaCommand.RequestsReference());
        var schema = (await CommandLine.RunAsync("schema", "--requests")).Json;
        Assert.Equal(["godwit", "scenarios"], schema.GetProperty("required").EnumerateArray().Select(r => r.GetString()!));
    }
}
