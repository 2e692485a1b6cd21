using System.Globalization;

namespace Godwit.Postgres.Clusters;

/// <summary>One installation of PostgreSQL's server programs.</summary>
/// <param name="Major">The major version, e.g. 15.</param>
public sealed record ServerBinaries(string Folder, int Major)
{
    private const string DebianRoot = "/usr/lib/postgresql";

    public string InitDb => Path.Combine(Folder, "initdb");

    public string PgCtl => Path.Combine(Folder, "pg_ctl");

    public string Postgres => Path.Combine(Folder, "postgres");

    /// <summary>
    /// The installation to use: <paramref name="binFolder"/> when given, else the newest among PATH and Debian's folders. Data that exists
    /// already fixes the major version: a newer server refuses it.
    /// </summary>
    public static async Task<ServerBinaries> FindAsync(string? binFolder, int? dataMajor, CancellationToken cancellationToken)
    {
        var found = new List<ServerBinaries>();
        foreach (var folder in binFolder is null ? Candidates() : [binFolder])
        {
            if (File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "pg_ctl"))
                && await MajorOfAsync(Path.Combine(folder, "postgres"), cancellationToken) is { } major)
            {
                found.Add(new ServerBinaries(folder, major));
            }
        }

        var fitting = found.Where(b => dataMajor is null || b.Major == dataMajor).MaxBy(b => b.Major);
        if (fitting is not null)
            return fitting;
        throw dataMajor is { } needed && found.Count > 0
            ? new ClusterException(
                $"the data is of PostgreSQL {needed}, and only {string.Join(", ", found.Select(b => b.Major).Distinct().Order())} is installed",
                $"install the package postgresql-{needed}")
            : new ClusterException(
                binFolder is null ? "PostgreSQL's server programs (initdb, pg_ctl, postgres) are not installed" : $"there is no PostgreSQL server in {binFolder}",
                "install the package postgresql (apt-get install postgresql)");
    }

    private static IEnumerable<string> Candidates()
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Where(Path.IsPathRooted);
        var debian = Directory.Exists(DebianRoot)
            ? Directory.EnumerateDirectories(DebianRoot).Select(d => Path.Combine(d, "bin"))
            : [];
        return path.Concat(debian).Distinct(StringComparer.Ordinal);
    }

    private static async Task<int?> MajorOfAsync(string postgres, CancellationToken cancellationToken)
    {
        if (!File.Exists(postgres))
            return null;
        // --version is answered before the refusal of root.
        var self = new ServerAccount(0, 0, Switched: false);
        var result = await ServerCommand.RunAsync(self, "/", postgres, ["--version"], cancellationToken);
        var digits = result.Output.Split(' ').FirstOrDefault(w => w.Length > 0 && char.IsAsciiDigit(w[0])) ?? "";
        var end = digits.AsSpan().IndexOfAnyExceptInRange('0', '9');
        return int.TryParse(end < 0 ? digits : digits.AsSpan(0, end), NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : null;
    }
}
