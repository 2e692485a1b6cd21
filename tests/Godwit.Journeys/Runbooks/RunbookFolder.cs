using System.Text.Json;
using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks;

/// <summary>A folder with a runbook and its files, an empty database, and the commands between them.</summary>
public sealed class RunbookFolder : IDisposable
{
    private readonly WorkFolder _folder = new();

    private RunbookFolder(TestDatabase target)
    {
        Target = target;
        Environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["GODWIT_HOME"] = _folder.File("home"),
            ["GODWIT_LEASE_SECONDS"] = "4",
            ["DATABASE_URL"] = target.Url,
            ["PGPASSFILE"] = target.Server.PassFile,
            ["PGPASSWORD"] = null,
        };
    }

    public TestDatabase Target { get; }

    public string Path => _folder.Path;

    public Dictionary<string, string?> Environment { get; }

    public static async Task<RunbookFolder> PrepareAsync(PostgresServers servers) => await PrepareAsync(await servers.DefaultAsync());

    /// <summary>On a server that the test may stop, kill and restore.</summary>
    public static async Task<RunbookFolder> PrepareAsync(DatabaseServer server) => new(await server.CreateDatabaseAsync(TestContext.Current.CancellationToken));

    /// <param name="phases">The YAML below <c>phases:</c>, two spaces in.</param>
    /// <param name="name">The runbook's.</param>
    /// <param name="sources">The YAML after <c>sources:</c>.</param>
    public RunbookFolder Runbook(string phases, string name = "shop", string sources = "{}")
    {
        _folder.Write("runbook.yaml", $"godwit: 1\nname: {name}\ntarget: {{env: DATABASE_URL}}\nsources: {sources}\nphases:\n{phases}\n");
        return this;
    }

    public RunbookFolder Write(string file, string text)
    {
        _folder.Write(file, text);
        return this;
    }

    public RunbookFolder Sql(string file, string up, string? down = null)
    {
        _folder.Write(file, down is null ? up : $"-- godwit:up\n{up}\n-- godwit:down\n{down}\n");
        return this;
    }

    public Task<Outcome> RunAsync(params IReadOnlyList<string> arguments) => GodwitProcess.RunAsync(_folder.Path, Environment, [arguments[0], File, .. arguments.Skip(1)]);

    /// <summary>Runs a command with --json, expects its exit code, and gives the document.</summary>
    public async Task<JsonElement> JsonAsync(int exitCode, params IReadOnlyList<string> arguments)
    {
        var outcome = (await RunAsync([.. arguments, "--json"])).MustBe(exitCode);
        return JsonDocument.Parse(outcome.Output).RootElement;
    }

    /// <summary>A process of its own: what can be killed.</summary>
    public GodwitProcess Start(params IReadOnlyList<string> arguments) => GodwitProcess.Start(_folder.Path, Environment, [arguments[0], File, .. arguments.Skip(1)]);

    public string File => _folder.File("runbook.yaml");

    public string In(string name) => _folder.File(name);

    public void Dispose() => _folder.Dispose();
}
