using Godwit.TestServers;

namespace Godwit.Journeys.Survival;

/// <summary>One database that is moved once, with whatever happens to it on the way: its folder, its target, its movers.</summary>
internal sealed class Expedition : IAsyncDisposable
{
    private readonly string _folder;
    private readonly string _before;
    private readonly Dictionary<string, string> _environment;
    private readonly List<string> _story = [];

    private Expedition(PostgresServer server, TestDatabase database, string folder)
    {
        Server = server;
        Database = database;
        _folder = folder;
        Watch = new Watch(database, folder);
        Source = Path.Combine(folder, "app.db");
        _before = SurvivalSource.Fingerprint(Source);
        To = database.Url;
        _environment = new(StringComparer.Ordinal) { ["PGPASSFILE"] = server.PassFile, ["GODWIT_HOME"] = Path.Combine(folder, "home") };
    }

    public PostgresServer Server { get; }

    public TestDatabase Database { get; }

    public Watch Watch { get; }

    public string Source { get; }

    public string Folder => _folder;

    /// <summary>The target's URL: the server's own, or a proxy's before it.</summary>
    public string To { get; set; }

    /// <summary>What happened, for a failing test's message.</summary>
    public string Story => string.Join("; ", _story);

    public IDictionary<string, string> Environment => _environment;

    public static async Task<Expedition> BeginAsync(PostgresServer server, int seed, bool unfinished = false)
    {
        var folder = Directory.CreateTempSubdirectory("godwit-survival-").FullName;
        SurvivalSource.Write(Path.Combine(folder, "app.db"), seed, unfinished);
        var database = await server.CreateDatabaseAsync();
        return new Expedition(server, database, folder);
    }

    public void Tell(string what) => _story.Add(what);

    /// <summary>Goes on with the move by the command that a person would type: <c>move</c> as long as nothing is in the target, then <c>resume</c>.</summary>
    public async Task<Mover> GoOnAsync(int jobs = 2) => await HasRunAsync()
        ? Start("resume")
        : Start("move", "--from", Source, "--to", To, "--jobs", jobs.ToString(System.Globalization.CultureInfo.InvariantCulture),
            "--range-rows", SurvivalSource.RowsPerRange.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public Mover Start(params string[] arguments) => Mover.Start(_folder, _environment, arguments);

    /// <summary>Lets it finish undisturbed and holds the end against what it must be.</summary>
    public async Task FinishAsync()
    {
        if (!await IsVerifiedAsync() || File.Exists(Path.Combine(_folder, ".godwit", "run.json")))
        {
            await using var last = await GoOnAsync();
            Assert.True(await last.EndAsync() == 0, $"resume ended {last.ExitCode} after: {Story}\n{last.Output}\n{Server.Log}");
        }
        await using var verify = Start("verify", "--from", Source, "--to", Database.Url, "--paranoid");
        Assert.True(await verify.EndAsync() == 0, $"verify ended {verify.ExitCode} after: {Story}\n{verify.Output}");
        await EndState.HoldsAsync(Database, _folder);
        Assert.Equal(_before, SurvivalSource.Fingerprint(Source));
        await using var certificate = Start("certificate", "verify", Path.Combine(_folder, "app.certificate.json"));
        Assert.True(await certificate.EndAsync() == 0, certificate.Output);
    }

    private async Task<bool> HasRunAsync() =>
        await Watch.ScalarAsync<bool>("SELECT to_regclass('godwit.ranges') IS NOT NULL")
        && await Watch.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM godwit.runs WHERE state <> 'Aborted')");

    private async Task<bool> IsVerifiedAsync() =>
        await HasRunAsync() && await Watch.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM godwit.runs WHERE state = 'Verified')");

    public async ValueTask DisposeAsync()
    {
        await Watch.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
