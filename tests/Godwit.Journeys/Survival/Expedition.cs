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
        Proxy = CuttingProxy.Before("127.0.0.1", server.Port);
        _folder = folder;
        Watch = new Watch(database, folder);
        Source = Path.Combine(folder, "app.db");
        _before = SurvivalSource.Fingerprint(Source);
        To = database.Url.Replace($":{server.Port}/", $":{Proxy.Port}/", StringComparison.Ordinal);
        _environment = new(StringComparer.Ordinal) { ["PGPASSWORD"] = server.Password, ["GODWIT_HOME"] = Path.Combine(folder, "home") };
    }

    public PostgresServer Server { get; }

    public TestDatabase Database { get; }

    public Watch Watch { get; }

    /// <summary>The network between the movers and the target.</summary>
    public CuttingProxy Proxy { get; }

    public string Source { get; }

    public string Folder => _folder;

    /// <summary>Where a bare resume finds the run; null once there is none.</summary>
    public string? Pointer => PointerIn(_folder);

    /// <summary>The target's URL, by way of <see cref="Proxy"/>.</summary>
    public string To { get; }

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

    public static string? PointerIn(string folder)
    {
        try
        {
            return Directory.GetFiles(Path.Combine(folder, ".godwit", "runs"), "*.json").SingleOrDefault();
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
    }

    public void Tell(string what) => _story.Add(what);

    /// <summary>Goes on with the move by the command that a person would type: <c>move</c> as long as nothing is in the target, then <c>resume</c>.</summary>
    public async Task<Mover> GoOnAsync() => await HasRunAsync() ? Start("resume") : Begin(_folder);

    public Mover Begin(string folder) => Mover.Start(
        folder, _environment,
        "move", "--from", Source, "--to", To, "--jobs", "2", "--range-rows", SurvivalSource.RowsPerRange.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public Mover Start(params string[] arguments) => Mover.Start(_folder, _environment, arguments);

    /// <summary>The run is verified, and nobody has to be told of it any more.</summary>
    public async Task<bool> IsOverAsync() => await IsVerifiedAsync() && Pointer is null;

    /// <summary>Lets it finish undisturbed and holds the end against what it must be.</summary>
    public async Task FinishAsync()
    {
        if (!await IsOverAsync())
        {
            await using var last = await GoOnAsync();
            Assert.True(await last.EndAsync() == 0, $"resume ended {last.ExitCode} after: {Story}\n{last.Output}\n{Server.Log}");
        }
        await using var verify = Start("verify", "--from", Source, "--to", To, "--paranoid");
        Assert.True(await verify.EndAsync() == 0, $"verify ended {verify.ExitCode} after: {Story}\n{verify.Output}");
        await EndState.HoldsAsync(Database, _folder);
        Assert.Equal(_before, SurvivalSource.Fingerprint(Source));
        await using var certificate = Start("certificate", "verify", Path.Combine(_folder, "app.certificate.json"));
        Assert.True(await certificate.EndAsync() == 0, certificate.Output);
    }

    public async Task<bool> HasRunAsync() =>
        await Watch.ScalarAsync<bool>("SELECT to_regclass('godwit.ranges') IS NOT NULL")
        && await Watch.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM godwit.runs WHERE state <> 'Aborted')");

    public async Task<bool> IsVerifiedAsync() =>
        await HasRunAsync() && await Watch.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM godwit.runs WHERE state = 'Verified')");

    public async ValueTask DisposeAsync()
    {
        await Watch.DisposeAsync();
        await Proxy.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
