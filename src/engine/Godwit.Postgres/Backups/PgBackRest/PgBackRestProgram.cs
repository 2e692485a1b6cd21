using System.Collections;
using System.Globalization;
using System.Text;
using Godwit.Engine.Backups;
using Godwit.Engine.Backups.PgBackRest;
using Godwit.Engine.Processes;
using Godwit.Engine.Secrets;
using Godwit.Model.Findings;
using Godwit.Postgres.Clusters;

namespace Godwit.Postgres.Backups.PgBackRest;

/// <summary>
/// pgBackRest of this machine, on one stanza. It runs as the server's account, whose repository it is, and reaches server and repository by its own configuration: the file,
/// and variables named <c>PGBACKREST_</c>. Commands and options are those of https://pgbackrest.org/command.html.
/// </summary>
internal sealed class PgBackRestProgram
{
    private const string Name = "pgbackrest", VariablePrefix = "PGBACKREST_";

    private const int LongestReason = 600;

    private readonly string _path;
    private readonly ServerAccount _account;
    private readonly TimeProvider _time;
    private readonly IReadOnlyList<string> _options;

    private PgBackRestProgram(string path, ServerAccount account, TimeProvider time, IReadOnlyList<string> options) => (_path, _account, _time, _options) = (path, account, time, options);

    /// <exception cref="BackupException">It is not installed here.</exception>
    public static PgBackRestProgram Of(PgBackRestSettings settings, BackupPlace place, TimeProvider time) =>
        Of(settings.Stanza, settings.Repository, settings.Config is { } config ? Path.GetFullPath(config, place.Folder) : null, time);

    /// <summary>For a backup that was taken before: the settings at hand say where the configuration is now.</summary>
    /// <exception cref="BackupException">It is not installed here.</exception>
    public static PgBackRestProgram Of(PgBackRestCopy copy, BackupPlace place, TimeProvider time) => place.Settings.PgBackRest is { } settings && settings.Stanza == copy.Stanza
        ? Of(settings with { Repository = copy.Repository }, place, time)
        : Of(copy.Stanza, copy.Repository, copy.Config, time);

    private static PgBackRestProgram Of(string stanza, int repository, string? config, TimeProvider time)
    {
        var path = ChildProgram.Find(Name, "/")
            ?? throw new BackupException(FindingCodes.BackupProgram, "pgbackrest is not installed here", "Install the package pgbackrest (2.41 or later), or take `pgbackrest:` out: pg_basebackup needs none.");
        List<string> options = [$"--stanza={stanza}", $"--repo={repository.ToString(CultureInfo.InvariantCulture)}"];
        if (config is not null) options.Add($"--config={config}");
        try
        {
            return new PgBackRestProgram(path, ServerAccount.Current(), time, options);
        }
        catch (ClusterException e)
        {
            throw new BackupException(FindingCodes.BackupProgram, $"pgbackrest cannot be run: {e.Message}");
        }
    }

    /// <summary>What the repository has of the stanza.</summary>
    /// <exception cref="BackupException">It cannot be asked.</exception>
    public async Task<PgBackRestStanza> InfoAsync(FindingCode code, CancellationToken cancellation) =>
        PgBackRestStanza.Parse(await MustRunAsync(["info", "--output=json"], code, cancellation)) ?? throw new BackupException(code, "pgbackrest info gave an answer of another form");

    /// <returns>What it printed.</returns>
    /// <exception cref="BackupException">It failed.</exception>
    public async Task<string> MustRunAsync(IReadOnlyList<string> command, FindingCode code, CancellationToken cancellation)
    {
        var secrets = new SecretValues();
        var (program, arguments) = _account.Wrap(_path, [.. _options, "--log-level-console=off", "--log-level-stderr=error", .. command]);
        if (ChildProgram.Find(program, "/") is not { } found) throw new BackupException(FindingCodes.BackupProgram, $"{program} is not installed here");
        using var whole = new MemoryStream();
        return await ChildProgram.RunAsync(found, arguments, Variables(secrets), "/", ChildProgram.Longest, secrets, _time, cancellation, whole: whole) switch
        {
            CommandEnd.Ended { ExitCode: 0 } => Encoding.UTF8.GetString(whole.GetBuffer(), 0, (int)whole.Length),
            CommandEnd.Ended ended => throw new BackupException(code, $"pgbackrest {command[0]} ended with {(ended.ExitCode is { } exit ? $"exit code {exit}" : $"signal {ended.Signal}")}: {Reason(ended.Output)}"),
            CommandEnd.TookTooLong => throw new BackupException(code, $"pgbackrest {command[0]} took too long, and was ended"),
            CommandEnd.NotStarted(var reason) => throw new BackupException(code, reason),
            _ => throw new InvalidOperationException(),
        };
    }

    /// <summary>For a server that recovers: the segment %f of the log to %p. PostgreSQL gives it to a shell (https://www.postgresql.org/docs/current/runtime-config-wal.html#GUC-RESTORE-COMMAND).</summary>
    public string RestoreCommand(IEnumerable<string> options) =>
        string.Join(' ', ((string[])[_path, .. _options, .. options, "--log-level-console=off", "--log-level-stderr=error", "archive-get"]).Select(Quoted)) + " %f \"%p\"";

    private static string Quoted(string word) => "'" + word.Replace("'", "'\\''", StringComparison.Ordinal).Replace("%", "%%", StringComparison.Ordinal) + "'";

    /// <summary>Its own variables hold keys and passwords of the repository: it gets them, and nobody else sees them.</summary>
    private List<string> Variables(SecretValues secrets)
    {
        List<string> environment = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "TZ=UTC"];
        // As somebody else it has that account's password file, if any.
        foreach (var name in _account.Switched ? (string[])[] : ["HOME", "PGPASSFILE"])
        {
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value) environment.Add($"{name}={value}");
        }
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            if (variable is not { Key: string name, Value: string value } || !name.StartsWith(VariablePrefix, StringComparison.Ordinal)) continue;
            environment.Add($"{name}={value}");
            if (name.EndsWith("_PASS", StringComparison.Ordinal) || name.Contains("KEY", StringComparison.Ordinal) || name.EndsWith("TOKEN", StringComparison.Ordinal)) secrets.Add(value);
        }
        return environment;
    }

    /// <summary>From its first error on: it says what to do in the lines that follow.</summary>
    private static string Reason(string output)
    {
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var first = Array.FindIndex(lines, l => l.Contains("ERROR:", StringComparison.Ordinal));
        var reason = string.Join(' ', first < 0 ? lines[^Math.Min(1, lines.Length)..] : lines[first..]);
        return reason.Length <= LongestReason ? reason : reason[..LongestReason] + " …";
    }
}
