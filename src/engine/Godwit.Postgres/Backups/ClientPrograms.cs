using System.Globalization;
using Godwit.Engine.Backups;
using Godwit.Engine.Processes;
using Godwit.Engine.Secrets;
using Godwit.Model.Findings;
using Godwit.Postgres.Connections;

namespace Godwit.Postgres.Backups;

/// <summary>PostgreSQL's own programs, run against one server. The password goes by their environment, and they end with this process.</summary>
internal sealed class ClientPrograms(int serverMajor, IReadOnlyList<string> variables, TimeProvider time)
{
    private const string DebianRoot = "/usr/lib/postgresql";

    private readonly Dictionary<string, string> _found = new(StringComparer.Ordinal);

    public static ClientPrograms Of(PostgresTarget target, TimeProvider time) => new(target.Server.Version / 10_000, [.. target.ClientVariables()], time);

    /// <summary>The program of the server's own version, or the next newer there is: none dumps a server that is newer than itself.</summary>
    /// <exception cref="BackupException">There is none.</exception>
    public async Task<string> FindAsync(string program, CancellationToken cancellation)
    {
        if (_found.TryGetValue(program, out var known)) return known;
        var found = new List<(int Major, string Path)>();
        foreach (var path in Candidates(program))
        {
            if (await MajorOfAsync(path, cancellation) is { } major && major >= serverMajor) found.Add((major, path));
        }
        if (found.Count == 0)
            throw new BackupException(FindingCodes.BackupProgram, $"{program} of PostgreSQL {serverMajor} or later is not installed here", $"Install postgresql-client-{serverMajor} (for pg_verifybackup: postgresql-{serverMajor}).");
        return _found[program] = found.MinBy(f => f.Major).Path;
    }

    /// <summary>Whether it is there.</summary>
    public async Task<bool> HasAsync(string program, CancellationToken cancellation)
    {
        try
        {
            await FindAsync(program, cancellation);
            return true;
        }
        catch (BackupException)
        {
            return false;
        }
    }

    public async Task<CommandEnd> RunAsync(string program, IReadOnlyList<string> arguments, string folder, CancellationToken cancellation, TimeSpan? limit = null)
    {
        var secrets = new SecretValues();
        foreach (var password in variables.Where(v => v.StartsWith("PGPASSWORD=", StringComparison.Ordinal))) secrets.Add(password["PGPASSWORD=".Length..]);
        IReadOnlyList<string> environment = ["PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/nonexistent", "LC_ALL=C", "TZ=UTC", "PGAPPNAME=godwit backup", .. variables];
        return await ChildProgram.RunAsync(await FindAsync(program, cancellation), arguments, environment, folder, limit ?? ChildProgram.Longest, secrets, time, cancellation);
    }

    /// <summary>Runs it, and takes nothing but success.</summary>
    /// <exception cref="BackupException">It failed.</exception>
    public async Task<TimeSpan> MustRunAsync(string program, IReadOnlyList<string> arguments, string folder, FindingCode code, CancellationToken cancellation)
    {
        switch (await RunAsync(program, arguments, folder, cancellation))
        {
            case CommandEnd.Ended { ExitCode: 0 } done:
                return done.Took;
            case CommandEnd.Ended ended:
                throw new BackupException(code, $"{program} ended with {(ended.ExitCode is { } exit ? $"exit code {exit.ToString(CultureInfo.InvariantCulture)}" : $"signal {ended.Signal}")}: {Reason(ended.Output)}");
            case CommandEnd.TookTooLong:
                throw new BackupException(code, $"{program} took too long, and was ended");
            case CommandEnd.NotStarted(var reason):
                throw new BackupException(code, reason);
            default:
                throw new InvalidOperationException();
        }
    }

    /// <summary>The lines that say what went wrong. What may repeat a row, as DETAIL and the line of a COPY do, stays out.</summary>
    private static string Reason(string output)
    {
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(l => l.Contains("error:", StringComparison.Ordinal) || l.Contains("ERROR:", StringComparison.Ordinal) || l.Contains("FATAL:", StringComparison.Ordinal)).Take(3).ToList();
        return lines.Count > 0 ? string.Join("; ", lines) : output.Split('\n')[^1];
    }

    private static IEnumerable<string> Candidates(string program)
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Where(Path.IsPathRooted);
        var debian = Directory.Exists(DebianRoot) ? Directory.EnumerateDirectories(DebianRoot).Select(d => Path.Combine(d, "bin")) : [];
        // Debian's /usr/bin/pg_dump is a script that chooses a version by its own lights: the real ones come first.
        return debian.Concat(path).Distinct(StringComparer.Ordinal).Select(f => Path.Combine(f, program)).Where(File.Exists);
    }

    private async Task<int?> MajorOfAsync(string path, CancellationToken cancellation)
    {
        var end = await ChildProgram.RunAsync(path, ["--version"], ["PATH=/usr/bin:/bin", "LC_ALL=C"], "/", TimeSpan.FromSeconds(30), new SecretValues(), time, cancellation);
        if (end is not CommandEnd.Ended { ExitCode: 0 } ended) return null;
        var word = ended.Output.Split(' ').FirstOrDefault(w => w.Length > 0 && char.IsAsciiDigit(w[0])) ?? "";
        var digits = word.AsSpan().IndexOfAnyExceptInRange('0', '9');
        return int.TryParse(digits < 0 ? word : word.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : null;
    }
}
