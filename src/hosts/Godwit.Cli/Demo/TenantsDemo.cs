using System.Globalization;
using Godwit.Cli.Demo.Service;
using Godwit.Cli.Runs;
using Godwit.Engine.Runs;
using Godwit.Postgres.Clusters;
using Godwit.Postgres.Connections;
using Npgsql;

namespace Godwit.Cli.Demo;

/// <summary>
/// <c>godwit demo tenants</c>: makes a legacy service with raw API keys, two releases of it behind a proxy, and clients that call it; and carries the runbook out with the commands that a
/// person would type. All of it but the private server ends with the demo.
/// </summary>
internal sealed class TenantsDemo(LocalCluster cluster, DemoOptions options, RunConsole outer, TextWriter output, TextWriter error)
{
    private const string Runbook = "tenants", PepperVariable = "API_KEY_PEPPER";

    private readonly TimeProvider _time = TimeProvider.System;

    /// <summary>The commands that the demo consists of say what they have to say to people; one document at its end is for programs.</summary>
    private readonly RunConsole _console = outer.WithoutDocuments();

    private readonly string _database = string.Create(CultureInfo.InvariantCulture, $"demo_{Runbook}_{options.Rows}_{options.Seed}");

    private DemoStory? _story;
    private DemoShell? _shell;

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var code = await PlayAsync(cancellation);
        var outcome = code switch
        {
            ExitCode.Done => options.End == DemoEnd.Back ? "rolled-back" : "finished", ExitCode.RolledBack => "rolled-back", ExitCode.Findings => "refused", ExitCode.NotVerified => "not-verified",
            ExitCode.Paused => "paused", _ => "fault",
        };
        var arrived = code is ExitCode.Done or ExitCode.RolledBack;
        return outer.Finish(new RunDocument { Outcome = outcome, ExitCode = code, Runbook = Runbook, Certificate = arrived ? _story?.Certificate : null, Figures = _story?.Figures, Reason = arrived ? null : _shell?.LastWords });
    }

    private async Task<int> PlayAsync(CancellationToken cancellation)
    {
        using var place = await DemoPlace.TakeAsync(cluster, Runbook, _database, options.Fresh, prepare: null, _console, cancellation);
        if (place is null) return ExitCode.Fault;
        var folder = place.Folder;
        var pepper = folder.ReadPepper();
        var clients = LegacyClients.Make(options.Rows, options.Seed);
        var variables = Variables(folder, pepper, clients[0].ApiKey!);
        using var exported = new DemoVariables(variables);
        if (await place.ConnectAsync(_console, cancellation) is not { } target) return ExitCode.Fault;

        await using var source = target.OpenSource(new SessionSettings { RunId = "demo", Role = "look", StatementLimit = TimeSpan.FromMinutes(10) });
        await using var connection = await source.OpenAsync(cancellation);
        if (!await TenantsDatabase.HasClientsAsync(connection, cancellation))
        {
            _console.Note(string.Create(CultureInfo.InvariantCulture, $"-- making the legacy service: {options.Rows:N0} clients with raw keys"));
            await LegacyClients.CreateAsync(connection, clients, cancellation);
        }
        if (!File.Exists(folder.SchemaFile)) await File.WriteAllTextAsync(folder.SchemaFile, await TenantsDatabase.SchemaAsync(connection, cancellation), cancellation);
        await using var store = new KeyStore(target.OpenSource(new SessionSettings { RunId = "demo", Role = "service" }));
        var green = new Green(pepper);
        await using var blueService = KeyService.Start(new Blue(), store, _time);
        await using var greenService = KeyService.Start(green, store, _time);
        var settings = new ProxySettings(folder.Proxy, folder.RouteFile, blueService.Port, greenService.Port);
        await using var proxy = await KeyProxy.StartAsync(settings, _time, cancellation);
        _console.Note(string.Create(
            CultureInfo.InvariantCulture, $"-- the service is up: blue looks keys up as they are, green by their hash; before both stands {proxy.Name} on port {proxy.Port}, all traffic on {(settings.ReadShare() == 0 ? "blue" : $"green: {settings.ReadShare()} %")}"));
        if (proxy is PlainProxy) _console.Note("   nginx is not installed (apt-get install nginx-light); what follows is the same with a smaller proxy");
        var addresses = new Dictionary<string, string?>(StringComparer.Ordinal) { ["SERVICE_URL"] = proxy.Url, ["GREEN_URL"] = greenService.Url };
        using var found = new DemoVariables(addresses);
        folder.WriteVariables(variables.Concat(addresses).ToDictionary(StringComparer.Ordinal), PepperVariable);
        var book = await ClientBook.OpenAsync(connection, cancellation);
        using var traffic = new KeyTraffic(clients, book, proxy.Url, settings, options.Seed, _time);
        _shell = new DemoShell(_console, output, error, _time);
        _story = new DemoStory(new DemoStage(connection, clients, pepper, book, traffic, settings, green, folder, cluster, _time), _shell, _console, options);
        return await _story.PlayAsync(cancellation);
    }

    /// <summary>What a person exports, as the runbook's README says.</summary>
    private Dictionary<string, string?> Variables(DemoFolder folder, string pepper, string testKey)
    {
        var variables = DemoPlace.Variables(cluster, folder, _database);
        foreach (var (name, value) in new (string, string?)[]
        {
            ("BACKUP_FOLDER", folder.Backups), ("OFFSITE_FOLDER", folder.Offsite), ("TEST_API_KEY", testKey), ("TEST_API_KEY_FILE", null), (PepperVariable, pepper), (PepperVariable + "_FILE", null),
        })
            variables[name] = value;
        // The server of a backup's trial runs as another account where this is root, which reaches the usual place.
        if (!Environment.IsPrivilegedProcess) variables["GODWIT_STAGING"] = folder.Staging;
        return variables;
    }
}

/// <summary>Everything that a demo takes place on.</summary>
internal sealed record DemoStage(
    NpgsqlConnection Connection, IReadOnlyList<LegacyClient> Clients, string Pepper, ClientBook Book, KeyTraffic Traffic, ProxySettings Proxy, Green Green, DemoFolder Folder, LocalCluster Cluster, TimeProvider Time);
