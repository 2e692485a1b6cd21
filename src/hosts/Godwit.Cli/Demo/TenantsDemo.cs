using System.Globalization;
using Godwit.Cli.Demo.Service;
using Godwit.Cli.Runs;
using Godwit.Engine.Runs;
using Godwit.Postgres.Clusters;
using Godwit.Postgres.Connections;
using Godwit.Security.Keyring.Masters;
using Npgsql;

namespace Godwit.Cli.Demo;

/// <summary>
/// <c>godwit demo tenants</c>: makes a legacy service with raw API keys, two releases of it behind a proxy, and clients that call it; and carries the runbook out with the commands that a
/// person would type. All of it but the private server ends with the demo.
/// </summary>
internal sealed class TenantsDemo(LocalCluster cluster, DemoOptions options, RunConsole outer, TextWriter output, TextWriter error)
{
    private const string Runbook = "tenants";

    private readonly TimeProvider _time = TimeProvider.System;

    /// <summary>The commands that the demo consists of say what they have to say to people; one document at its end is for programs.</summary>
    private readonly RunConsole _console = outer.WithoutDocuments();

    private readonly string _database = string.Create(CultureInfo.InvariantCulture, $"demo_{Runbook}_{options.Rows}_{options.Seed}");

    private DemoStory? _story;
    private DemoRotation? _rotation;
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
        return outer.Finish(new RunDocument { Outcome = outcome, ExitCode = code, Runbook = Runbook, Certificate = arrived ? _rotation?.Certificate ?? _story?.Certificate : null, Figures = _rotation?.Figures ?? _story?.Figures, Reason = arrived ? null : _shell?.LastWords });
    }

    private async Task<int> PlayAsync(CancellationToken cancellation)
    {
        using var place = await DemoPlace.TakeAsync(cluster, Runbook, _database, options.Fresh, prepare: null, _console, cancellation);
        if (place is null) return ExitCode.Fault;
        var folder = place.Folder;
        var clients = LegacyClients.Make(options.Rows, options.Seed);
        var variables = Variables(folder, clients[0].ApiKey!);
        using var exported = new DemoVariables(variables);
        if (await place.ConnectAsync(_console, cancellation) is not { } target) return ExitCode.Fault;

        await using var source = target.OpenSource(new SessionSettings { RunId = "demo", Role = "look", StatementLimit = TimeSpan.FromMinutes(10) });
        await using var connection = await source.OpenAsync(cancellation);
        if (!await TenantsDatabase.HasClientsAsync(connection, cancellation))
        {
            _console.Note(string.Create(CultureInfo.InvariantCulture, $"-- making the legacy service: {options.Rows:N0} clients with raw keys"));
            await LegacyClients.CreateAsync(connection, clients, cancellation);
        }
        _shell = new DemoShell(_console, output, error, _time);
        if (await new TenantsKeyring(_shell, folder, _console).PrepareAsync(connection, cancellation) is not ExitCode.Done and var keyless) return keyless;
        if (!File.Exists(folder.SchemaFile)) await File.WriteAllTextAsync(folder.SchemaFile, await TenantsDatabase.SchemaAsync(connection, cancellation), cancellation);
        await using var store = new KeyStore(target.OpenSource(new SessionSettings { RunId = "demo", Role = "service" }));
        await using var green = await Green.OpenAsync(target, Environment.GetEnvironmentVariable, _time, cancellation);
        await using var blueService = KeyService.Start(new Blue(), store, _time);
        await using var greenService = KeyService.Start(green, store, _time);
        var settings = new ProxySettings(folder.Proxy, folder.RouteFile, blueService.Port, greenService.Port);
        await using var proxy = await KeyProxy.StartAsync(settings, _time, cancellation);
        _console.Note(string.Create(
            CultureInfo.InvariantCulture, $"-- the service is up: blue looks keys up as they are, green by their hash under the pepper; before both stands {proxy.Name} on port {proxy.Port}, all traffic on {(settings.ReadShare() == 0 ? "blue" : $"green: {settings.ReadShare()} %")}"));
        if (proxy is PlainProxy) _console.Note("   nginx is not installed (apt-get install nginx-light); what follows is the same with a smaller proxy");
        var addresses = new Dictionary<string, string?>(StringComparer.Ordinal) { ["SERVICE_URL"] = proxy.Url, ["GREEN_URL"] = greenService.Url };
        using var found = new DemoVariables(addresses);
        folder.WriteVariables(variables.Concat(addresses).ToDictionary(StringComparer.Ordinal));
        var book = await ClientBook.OpenAsync(connection, cancellation);
        using var traffic = new KeyTraffic(clients, book, proxy.Url, settings, options.Seed, _time);
        var stage = new DemoStage(connection, clients, book, traffic, settings, green, folder, cluster, _time);
        _story = new DemoStory(stage, _shell, _console, options);
        if (await _story.PlayAsync(cancellation) is var code && (code != ExitCode.Done || options.End != DemoEnd.Rotated)) return code;
        using var afterwards = new KeyTraffic(clients, book, proxy.Url, settings, options.Seed, _time);
        _rotation = new DemoRotation(stage with { Traffic = afterwards }, _shell, _console);
        return await _rotation.PlayAsync(cancellation);
    }

    /// <summary>What a person exports, as the runbook's README says.</summary>
    private Dictionary<string, string?> Variables(DemoFolder folder, string testKey)
    {
        var variables = DemoPlace.Variables(cluster, folder, _database);
        foreach (var (name, value) in new (string, string?)[]
        {
            ("BACKUP_FOLDER", folder.Backups), ("OFFSITE_FOLDER", folder.Offsite), ("TEST_API_KEY", testKey), ("TEST_API_KEY_FILE", null), (MasterKeySettings.Variable + "_FILE", folder.MasterKeyFile), (MasterKeySettings.Variable, null),
            (MasterKeySettings.FormerVariable, null), (MasterKeySettings.FormerVariable + "_FILE", null), (MasterKeySettings.EnvironmentVariable, null),
        })
            variables[name] = value;
        // The server of a backup's trial runs as another account where this is root, which reaches the usual place.
        if (!Environment.IsPrivilegedProcess) variables["GODWIT_STAGING"] = folder.Staging;
        return variables;
    }
}

/// <summary>Everything that a demo takes place on.</summary>
internal sealed record DemoStage(
    NpgsqlConnection Connection, IReadOnlyList<LegacyClient> Clients, ClientBook Book, KeyTraffic Traffic, ProxySettings Proxy, Green Green, DemoFolder Folder, LocalCluster Cluster, TimeProvider Time);
