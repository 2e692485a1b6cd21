using System.Globalization;
using System.Net.Http;
using Godwit.Cli.Demo.Service;
using Godwit.Cli.Runs;
using Godwit.Cli.Serve;
using Godwit.Postgres.Clusters;
using Godwit.Postgres.Connections;
using Godwit.Security.Keyring.Masters;
using Npgsql;

namespace Godwit.Cli.Demo.Suma;

/// <summary>
/// <c>godwit demo suma-finance</c>: makes a legacy system with addresses in the clear, an application that people sign in to, and the identity service; and carries the runbook out with the commands that a
/// person would type. All of it but the private server ends with the demo.
/// </summary>
internal sealed class SumaDemo(LocalCluster cluster, SumaOptions options, RunConsole outer, TextWriter output, TextWriter error)
{
    /// <summary>Whom the application lets in again and again.</summary>
    private const int MostCallers = 5000;

    private static readonly string[] s_purposes = ["data", "index", "token", "mail", "session", "person"];

    private readonly TimeProvider _time = TimeProvider.System;
    private readonly RunConsole _console = outer.WithoutDocuments();
    private readonly string _database = string.Create(CultureInfo.InvariantCulture, $"demo_suma_finance_{options.Rows}");

    private SumaStory? _story;
    private DemoShell? _shell;
    private string? _fault;

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        int code;
        try
        {
            code = await PlayAsync(cancellation);
        }
        catch (HttpRequestException fault)
        {
            _fault = fault.Message;
            _console.Note($"godwit: {fault.Message}");
            code = ExitCode.Fault;
        }
        var outcome = code switch
        {
            ExitCode.Done => options.Back ? "complete" : "finished", ExitCode.RolledBack => "rolled-back", ExitCode.Findings => "refused", ExitCode.NotVerified => "not-verified", ExitCode.Paused => "paused", _ => "fault",
        };
        return outer.Finish(new RunDocument
        {
            Outcome = outcome, ExitCode = code, Runbook = SumaStory.Runbook, Certificate = code == ExitCode.Done ? _story?.Certificate : null, Figures = _story?.Figures, Reason = code == ExitCode.Done ? null : _fault ?? _shell?.LastWords,
        });
    }

    private async Task<int> PlayAsync(CancellationToken cancellation)
    {
        if (SumaService.Program is not { } program)
        {
            _console.Note($"godwit: the identity service's program is not there ({ServerImage.Expected}); scripts/build.sh publishes it beside this one, and {ServerImage.Variable} may name another place");
            return ExitCode.Fault;
        }
        using var place = await DemoPlace.TakeAsync(cluster, SumaStory.Runbook, _database, options.Fresh, prepare: null, _console, cancellation);
        if (place is null) return ExitCode.Fault;
        var variables = Variables(place.Folder);
        using var exported = new DemoVariables(variables);
        place.Folder.WriteVariables(variables);
        if (await place.ConnectAsync(_console, cancellation) is not { } target) return ExitCode.Fault;
        await using var source = target.OpenSource(new SessionSettings { RunId = "demo", Role = "look", StatementLimit = TimeSpan.FromMinutes(10) });
        await using var connection = await source.OpenAsync(cancellation);
        _shell = new DemoShell(_console, output, error, _time);
        if (await PrepareAsync(place.Folder, connection, cancellation) is not ExitCode.Done and var unprepared) return unprepared;

        await using var store = new KeyStore(target.OpenSource(new SessionSettings { RunId = "demo", Role = "application", StatementLimit = TimeSpan.FromMinutes(1), LockTimeout = TimeSpan.FromMinutes(1) }));
        await using var directory = await SumaDirectory.OpenAsync(target, _time, cancellation);
        var traffic = new SumaTraffic(store, directory, await SumaDatabase.SignInsAsync(connection, MostCallers, cancellation), _time);
        await using var figures = SumaFigures.Start(traffic, place.Folder);
        await using var stage = new SumaStage(connection, traffic, directory, place.Folder, cluster, program, _time);
        _story = new SumaStory(stage, _shell, _console, options, figures.Url);
        return await _story.PlayAsync(cancellation);
    }

    /// <summary>The legacy system, and what an administrator does before the service can start: its schema, a master key, and the keys that it wraps.</summary>
    private async Task<int> PrepareAsync(DemoFolder folder, NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (!await SumaDatabase.HasPeopleAsync(connection, cancellation))
        {
            _console.Note(string.Create(CultureInfo.InvariantCulture, $"-- making the legacy system: {options.Rows:N0} people, with addresses in the clear"));
            await SumaDatabase.CreateAsync(connection, await File.ReadAllTextAsync(Path.Combine(folder.Files, "before.sql"), cancellation), options.Rows, cancellation);
            _console.Note("-- an administrator installs the identity service's schema, once, and makes the keys that it works with");
            if (await _shell!.QuietlyAsync("run", [folder.WriteRunbook("identity")], cancellation) is not ExitCode.Done and var uninstalled) return uninstalled;
        }
        if (!File.Exists(folder.MasterKeyFile) && await _shell!.RunAsync("keys master create", ["--out", folder.MasterKeyFile], cancellation) is not ExitCode.Done and var unmade) return unmade;
        foreach (var purpose in s_purposes)
        {
            if (await SumaDatabase.HasKeyAsync(connection, purpose, cancellation)) continue;
            if (await _shell!.QuietlyAsync($"keys create {purpose}", ["--runbook", folder.Runbook], cancellation) is not ExitCode.Done and var keyless) return keyless;
        }
        return ExitCode.Done;
    }

    /// <summary>What a person exports, as the runbook's README says.</summary>
    private Dictionary<string, string?> Variables(DemoFolder folder)
    {
        var variables = DemoPlace.Variables(cluster, folder, _database);
        foreach (var (name, value) in new (string, string?)[]
        {
            ("BACKUP_FOLDER", folder.Backups), ("OFFSITE_FOLDER", folder.Offsite), (MasterKeySettings.Variable + "_FILE", folder.MasterKeyFile), (MasterKeySettings.Variable, null),
            (MasterKeySettings.FormerVariable, null), (MasterKeySettings.FormerVariable + "_FILE", null), (MasterKeySettings.EnvironmentVariable, null),
        })
            variables[name] = value;
        // The server of a backup's trial runs as another account where this is root, which reaches the usual place.
        if (!Environment.IsPrivilegedProcess) variables["GODWIT_STAGING"] = folder.Staging;
        return variables;
    }
}
