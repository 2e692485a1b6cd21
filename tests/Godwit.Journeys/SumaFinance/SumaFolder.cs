using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.SumaFinance;

/// <summary>The legacy system of the repository's runbook, with some people, the identity service's schema and keys beside it, and the runbook without what surrounds it.</summary>
internal sealed class SumaFolder : IDisposable
{
    /// <summary>What asks for backups, rehearsals, people, the time of night and a service's figures: here it is about what the runbook does to people's accounts.</summary>
    private static readonly string[] s_surroundings =
        ["include:", "backups:", "approvals:", "tripwires:", "timetable:", "- backup:", "- rehearsed:", "- id: audit-before", "- audit:", "- window:", "- id: quarantine-seen", "- name: the service answers", "window_from:", "window_to:", "watch:", "patience:"];

    private static readonly string[] s_purposes = ["data", "index", "token", "mail", "session", "person"];

    private readonly WorkFolder _folder = new();

    /// <summary>Of these, what is left in where a service answers for the identity service and for its figures.</summary>
    private static readonly string[] s_watched = ["tripwires:", "watch:", "patience:"];

    private SumaFolder(TestDatabase target, string? figures)
    {
        Target = target;
        Environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["GODWIT_HOME"] = _folder.File("home"), ["GODWIT_LEASE_SECONDS"] = "4", ["DATABASE_URL"] = target.Url, ["PGPASSFILE"] = target.Server.PassFile, ["PGPASSWORD"] = null,
            ["GODWIT_MASTER_KEY_FILE"] = _folder.File("master.hex"), ["GODWIT_SERVER_PROGRAM"] = IdentityService.Program, ["GODWIT_ENVIRONMENT"] = "development",
        };
        var to = Directory.CreateDirectory(Path.Combine(Folder, "migrations")).FullName;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Source, "migrations"))) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        File.WriteAllText(Path.Combine(Folder, "runbook.yaml"), Without(File.ReadAllLines(Path.Combine(Source, "runbook.yaml")), figures is null ? s_surroundings : [.. s_surroundings.Except(s_watched)])
            .Replace("every: \"${watch}\"", "every: \"${watch}\", baseline: 1s", StringComparison.Ordinal).Replace("${app_url}", figures, StringComparison.Ordinal).Replace("${metrics_url}", figures, StringComparison.Ordinal));
    }

    public static string Source { get; } = Path.Combine(RepositoryFolder.Path, "runbooks", "suma-finance");

    public TestDatabase Target { get; }

    public Dictionary<string, string?> Environment { get; }

    public string Folder => _folder.File("suma-finance");

    public string WorkPath => _folder.Path;

    public string In(string name) => _folder.File(name);

    /// <param name="servers">Where.</param>
    /// <param name="rows">How many people.</param>
    /// <param name="figures">What the runbook's tripwires ask; without it there are none.</param>
    public static async Task<SumaFolder> PrepareAsync(PostgresServers servers, int rows, string? figures = null)
    {
        var folder = new SumaFolder(await (await servers.DefaultAsync()).CreateDatabaseAsync(TestContext.Current.CancellationToken), figures);
        await folder.Target.ExecuteAsync(FormattableString.Invariant($"SET suma.rows = {rows};") + await File.ReadAllTextAsync(Path.Combine(Source, "before.sql")));
        (await folder.SayAsync("run", Path.Combine(RepositoryFolder.Path, "runbooks", "identity"))).MustBe(0);
        (await folder.SayAsync("keys", "master", "create", "--out", folder.In("master.hex"))).MustBe(0);
        foreach (var purpose in s_purposes) (await folder.SayAsync("keys", "create", purpose, "--target", folder.Target.Url)).MustBe(0);
        return folder;
    }

    /// <summary>A command about the runbook, watching for no longer than it has to.</summary>
    public Task<Outcome> RunAsync(string command, params IReadOnlyList<string> more) => SayAsync(Arguments(command, more));

    /// <summary>The same as a process that can be killed.</summary>
    public GodwitProcess Start(string command, params IReadOnlyList<string> more) => GodwitProcess.Start(_folder.Path, Environment, Arguments(command, more));

    public Task<Outcome> SayAsync(params IReadOnlyList<string> arguments) => GodwitProcess.RunAsync(_folder.Path, Environment, arguments);

    /// <summary>What one question over all of it answers, in one line.</summary>
    public Task<string> AskAsync(string sql) => Target.ScalarAsync<string>(sql);

    public void Dispose() => _folder.Dispose();

    /// <summary>Each name once: what a test sets itself is left to it.</summary>
    private string[] Arguments(string command, IReadOnlyList<string> more) =>
    [
        command, Folder,
        .. (command == "run" ? (string[])["first_look=10ms", "last_look=20ms", "every=10ms"] : []).Where(d => !more.Any(m => m.StartsWith(d[..(d.IndexOf('=', StringComparison.Ordinal) + 1)], StringComparison.Ordinal))).SelectMany(d => (string[])["--set", d]),
        .. more,
    ];

    /// <summary>The lines that begin so, and what belongs to them; lists of which nothing is left go, too.</summary>
    private static string Without(IReadOnlyList<string> lines, IReadOnlyList<string> surroundings)
    {
        var kept = new List<string>();
        int? leavingOut = null;
        foreach (var line in lines)
        {
            var indent = line.Length - line.TrimStart().Length;
            if (line.Length > 0 && leavingOut is { } depth && indent <= depth) leavingOut = null;
            if (leavingOut is null && surroundings.Any(b => line.TrimStart().StartsWith(b, StringComparison.Ordinal))) leavingOut = indent;
            if (leavingOut is null && !line.TrimStart().StartsWith('#')) kept.Add(line);
        }
        for (var i = kept.Count - 2; i >= 0; i--)
        {
            if (kept[i].TrimStart() == "gates:" && kept[i + 1].Length - kept[i + 1].TrimStart().Length <= kept[i].IndexOf('g', StringComparison.Ordinal)) kept.RemoveAt(i);
        }
        return string.Join('\n', kept) + "\n";
    }
}
