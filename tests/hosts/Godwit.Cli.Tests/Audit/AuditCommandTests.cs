using Godwit.TestServers;
using Microsoft.AspNetCore.Http;

namespace Godwit.Cli.Tests.Audit;

public sealed class AuditCommandTests(PostgresServers servers) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("godwit-audit-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_page_lists_the_checks_that_there_are()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(RepositoryFolder.Path, "docs", "audit.md"), Token);
        const string Begin = "<!-- godwit audit --list -->\n";
        var start = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var written = page[start..page.IndexOf("<!-- end -->", start, StringComparison.Ordinal)].Trim();
        var expected = (await CommandLine.RunAsync("audit", "--list")).Output.Trim();
        Assert.True(written == expected, "docs/audit.md is not what the program looks for. Put this after the comment in it:\n\n" + expected);
    }

    [Fact]
    public async Task A_folder_by_itself_is_audited_and_what_is_found_is_one()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "a.sql"), "CREATE ROLE x PASSWORD 'hunter2';", Token);
        var found = await CommandLine.RunAsync("audit", "--folder", _folder);
        Assert.Equal(1, found.ExitCode);
        Assert.Contains("a.sql:1", found.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", found.Output, StringComparison.Ordinal);
        File.Delete(Path.Combine(_folder, "a.sql"));
        Assert.Equal(0, (await CommandLine.RunAsync("audit", "--folder", _folder)).ExitCode);
    }

    [Fact]
    public async Task A_service_by_itself_is_audited()
    {
        await using var service = await WebService.StartAsync(http => http.Response.WriteAsync("hello"), Token);
        var audit = await CommandLine.RunAsync("audit", "--url", service.Url, "--json");
        Assert.Equal(1, audit.ExitCode);
        var csp = audit.Json.GetProperty("checks").EnumerateArray().Single(c => c.GetProperty("id").GetString() == "http.csp");
        Assert.Equal(("found", "GET /"), (csp.GetProperty("state").GetString(), csp.GetProperty("found")[0].GetProperty("subject").GetString()));
    }

    [Fact]
    public async Task A_runbook_says_what_is_audited_and_what_is_known()
    {
        var database = await (await servers.DefaultAsync()).CreateDatabaseAsync(Token);
        await database.ExecuteAsync("CREATE TABLE public.open (); GRANT SELECT ON public.open TO PUBLIC");
        var url = Path.Combine(_folder, "..", Path.GetFileName(_folder) + ".url");
        var server = database.Server.Connection(database.Name);
        await File.WriteAllTextAsync(url, $"postgres://{server.Username}:{Uri.EscapeDataString(server.Password!)}@{server.Host}:{server.Port}/{database.Name}", Token);
        await WriteAsync("[{id: db.superuser, reason: not ours}]");
        var found = await CommandLine.RunAsync("audit", _folder, "--json");
        Assert.Equal(("found", 1), (found.Json.GetProperty("outcome").GetString(), found.ExitCode));
        Assert.Equal("relation public.open: SELECT", Check(found, "db.public-table").GetProperty("found")[0].GetProperty("subject").GetString());
        Assert.Equal("not-seen", Check(found, "db.md5-password").GetProperty("state").GetString());
        await WriteAsync("[{id: db.superuser, reason: not ours}, {id: db.public-table, reason: read by the reports}]");
        var known = await CommandLine.RunAsync("audit", _folder, "--gate", "expand-audit");
        Assert.True(known.ExitCode == 0, known.Output + known.Error);
        Assert.Contains("ignored: read by the reports", known.Output, StringComparison.Ordinal);
        Assert.Equal(2, (await CommandLine.RunAsync("audit", _folder, "--gate", "none")).ExitCode);
        File.Delete(url);

        Task WriteAsync(string ignore) => File.WriteAllTextAsync(
            Path.Combine(_folder, "runbook.yaml"), $"godwit: 1\nname: a\ntarget: {{file: '{url}'}}\nphases:\n  expand:\n    gates: [audit: {{database: {{}}, ignore: {ignore}}}]\n    steps: [wait: 0s]\n", Token);
    }

    [Fact]
    public async Task Nothing_named_is_wrong_usage() => Assert.Equal(2, (await CommandLine.RunAsync("audit")).ExitCode);

    private static System.Text.Json.JsonElement Check(CommandLine line, string id) => line.Json.GetProperty("checks").EnumerateArray().Single(c => c.GetProperty("id").GetString() == id);
}
