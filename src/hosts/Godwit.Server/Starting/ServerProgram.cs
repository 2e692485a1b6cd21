using System.Text;
using Godwit.Http.Modules;
using Godwit.Http.Settings;
using Godwit.Identity.Archives;
using Godwit.Identity.Audit;
using Godwit.Identity.Passwords;
using Godwit.Identity.Roles;
using Godwit.Model.Findings;
using Godwit.Postgres.Connections;
using Godwit.Redis;
using Godwit.Redis.Settings;
using Godwit.Security.Keyring.Masters;
using Godwit.Server.Settings;
using Godwit.Server.Stopping;
using Godwit.Telemetry.Logging;
using Npgsql;

namespace Godwit.Server.Starting;

/// <summary>A host from its start to its end.</summary>
internal static class ServerProgram
{
    private const int KeyringConnections = 4;

    private static readonly LogEvent s_broken = new(2005, "Broken", LogLevel.Error, "the server ended by a fault of its own: {fault}");

    /// <param name="arguments">None, or <c>--check</c>: judge the configuration, and begin nothing; or <c>breached-passwords</c> with its own: make that file, and end; or <c>verify-events</c>: look at the log of security events, and end;
    /// or <c>verify-archive</c> with a file: look at it, and end; or <c>first-administrator</c> with an account: make it the first, and end.</param>
    /// <param name="variable">The environment.</param>
    /// <param name="output">The log.</param>
    /// <param name="error">What a person is told who starts it.</param>
    /// <param name="modules">The platform's.</param>
    /// <returns><see cref="ServerExit"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Func<string, string?> variable, Stream output, TextWriter error, IReadOnlyList<IPlatformModule> modules)
    {
        if (arguments.Count > 0 && arguments[0] == BreachedPasswordsCommand.Name) return BreachedPasswordsCommand.Run([.. arguments.Skip(1)], error);
        if (arguments.Count > 0 && arguments[0] == VerifyEventsCommand.Name) return await VerifyEventsAsync([.. arguments.Skip(1)], variable, output, error);
        if (arguments.Count > 0 && arguments[0] == VerifyArchiveCommand.Name) return VerifyArchive([.. arguments.Skip(1)], variable, output, error);
        if (arguments.Count > 0 && arguments[0] == FirstAdministratorCommand.Name) return await FirstAdministratorAsync([.. arguments.Skip(1)], variable, output, error);
        var check = arguments is ["--check"];
        if (arguments.Count > 0 && !check)
        {
            await error.WriteLineAsync("godwit-server takes its configuration from variables; godwit serve --help lists them");
            return ServerExit.Usage;
        }
        using var signals = new ServerSignals();
        await using var writer = new StreamWriter(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        var (chosen, unknown) = Choose(modules, variable);
        var (parts, findings) = unknown is null ? Prepare(variable, writer, chosen) : (null, [unknown]);
        foreach (var finding in findings) await error.WriteLineAsync(Sentence(finding));
        if (parts is null) return ServerExit.Refused;
        if (check)
        {
            await error.WriteLineAsync("The configuration is as it has to be.");
            return ServerExit.Done;
        }
        try
        {
            return await new ServerRun(parts, variable, error).RunAsync(signals.Asked);
        }
        catch (Exception fault)
        {
            // Its message may hold what it will; the types say enough to begin with.
            parts.Log.Write(s_broken, LogField.Of("fault", fault));
            await error.WriteLineAsync($"error {FindingCodes.ServerNotStarted.Id} a fault of the program's own: {fault.GetType().Name}; the log says more");
            return ServerExit.Fault;
        }
    }

    /// <summary>With the host's configuration, and without serving.</summary>
    private static async Task<int> VerifyEventsAsync(IReadOnlyList<string> arguments, Func<string, string?> variable, Stream output, TextWriter error)
    {
        if (arguments is not ([] or ["--json"]))
        {
            await error.WriteLineAsync("godwit-server verify-events [--json]");
            return ServerExit.Usage;
        }
        await using var writer = new StreamWriter(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        var (parts, findings) = Prepare(variable, TextWriter.Null, []);
        foreach (var finding in findings) await error.WriteLineAsync(Sentence(finding));
        if (parts is null) return ServerExit.Refused;
        await using var database = parts.Database(Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        return await VerifyEventsCommand.RunAsync(database, Security.Signing.GodwitHome.Folder(variable), arguments.Count > 0, writer, error, CancellationToken.None);
    }

    private static int VerifyArchive(IReadOnlyList<string> arguments, Func<string, string?> variable, Stream output, TextWriter error)
    {
        using var writer = new StreamWriter(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        return VerifyArchiveCommand.Run(arguments, Security.Signing.GodwitHome.Folder(variable), writer, error);
    }

    /// <summary>With the host's configuration, and without serving.</summary>
    private static async Task<int> FirstAdministratorAsync(IReadOnlyList<string> arguments, Func<string, string?> variable, Stream output, TextWriter error)
    {
        if (arguments is not [var account] || !Guid.TryParse(account, out var user))
        {
            await error.WriteLineAsync("godwit-server first-administrator ACCOUNT: the account's id, which registering and signing in answer as userId");
            return ServerExit.Usage;
        }
        await using var writer = new StreamWriter(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        var (parts, findings) = Prepare(variable, TextWriter.Null, []);
        foreach (var finding in findings) await error.WriteLineAsync(Sentence(finding));
        if (parts is null) return ServerExit.Refused;
        await using var database = parts.Database(Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        return await FirstAdministratorCommand.RunAsync(database, user, writer, error, CancellationToken.None);
    }

    /// <summary>Judges the whole configuration; nothing is connected to.</summary>
    internal static (ServerParts? Parts, IReadOnlyList<Finding> Findings) Prepare(Func<string, string?> variable, TextWriter log, IReadOnlyList<IPlatformModule> modules)
    {
        var (settings, findings) = ServerConfiguration.Look(modules, variable);
        if (settings is null) return (null, findings);
        var (pool, keyring, more) = OpenPool(settings, variable);
        findings = [.. findings, .. more];
        if (pool is null) return (null, findings);
        var (master, refused) = OpenMasterKey(modules, variable);
        if (refused is not null) return (null, [.. findings, refused]);
        var redis = settings.TextOrNull(ServerSettings.Redis.Name) is { } url ? new RedisClient(RedisUrl.Read(url, settings.Production).Settings! with { ClientName = "godwit-server" }) : null;
        return (new ServerParts(settings, new SafeLog(log, TimeProvider.System, Level(settings)), pool, redis, modules) { MasterKey = master, KeyringDatabase = keyring }, findings);
    }

    /// <summary>Those of the modules that the installation wants served.</summary>
    private static (IReadOnlyList<IPlatformModule> Chosen, Finding? Unknown) Choose(IReadOnlyList<IPlatformModule> modules, Func<string, string?> variable)
    {
        var named = (SettingReview.Read(ServerSettings.Modules.Name, variable).Value ?? ServerSettings.Modules.Default!).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (named is ["none"]) return ([], null);
        return named.FirstOrDefault(n => !modules.Any(m => m.Name == n)) is null
            ? ([.. modules.Where(m => named.Contains(m.Name))], null)
            : ([], Finding.Error(FindingCodes.ServerSetting, $"{ServerSettings.Modules.Name} names something that is no module; there are {string.Join(", ", modules.Select(m => m.Name))}, or none"));
    }

    private static (Func<Microsoft.Extensions.Logging.ILoggerFactory, NpgsqlDataSource>? Pool, Func<NpgsqlDataSource>? Keyring, IReadOnlyList<Finding> Findings) OpenPool(SettingValues settings, Func<string, string?> variable)
    {
        var url = PostgresUrl.Parse(settings.Text(ServerSettings.Database.Name)).Url!;
        var environment = ConnectionEnvironment.Process with { Variable = variable };
        var most = (int)settings.Whole(ServerSettings.Pool.Name);
        var prepared = (int)settings.Whole(ServerSettings.Prepared.Name);
        var (trial, findings) = ServicePool.Open(url, "godwit-server", most, environment: environment);
        if (trial is null) return (null, null, findings);
        trial.Dispose();
        return (loggers => ServicePool.Open(url, "godwit-server", most, b => b.UseLoggerFactory(loggers), environment, prepared).Pool!, () => ServicePool.Open(url, "godwit-server keyring", KeyringConnections, environment: environment).Pool!, findings);
    }

    private static (MasterKeySettings? Master, Finding? Refused) OpenMasterKey(IReadOnlyList<IPlatformModule> modules, Func<string, string?> variable)
    {
        if (modules.All(m => m.Purposes.Count == 0)) return (null, null);
        try
        {
            return (MasterKeySettings.Load(variable), null);
        }
        catch (MasterKeyException e)
        {
            return (null, Finding.Error(FindingCodes.MasterKeyMissing, e.Message));
        }
    }

    private static LogLevel Level(SettingValues settings) => settings.Text(ServerSettings.LogLevel.Name) switch { "debug" => LogLevel.Debug, "warning" => LogLevel.Warning, "error" => LogLevel.Error, _ => LogLevel.Information };

    private static string Sentence(Finding finding) => $"{(finding.Severity == Severity.Error ? "error" : "warning")} {finding.Code.Id} {finding.Message}{(finding.Remedy is { } remedy ? $"\n          {remedy}" : "")}";
}
