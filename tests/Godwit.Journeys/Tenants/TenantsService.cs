using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Tenants;

/// <summary>A small legacy service with raw keys, and the repository's runbook for it.</summary>
internal sealed class TenantsService : IDisposable
{
    private const string Legacy = """
        CREATE TABLE public.clients (id uuid PRIMARY KEY, name text NOT NULL, api_key text UNIQUE, created_at timestamptz NOT NULL);
        INSERT INTO public.clients SELECT gen_random_uuid(), 'client ' || i, CASE WHEN i % 7 > 0 THEN 'key ' || i END, timestamptz '2020-01-01 00:00Z' + i * interval '1 hour'
        FROM generate_series(1, 50) i
        """;

    /// <summary>What asks for backups, rehearsals, people, a service and its proxy: the demo's tests show it. Here it is about what the runbook does to the database.</summary>
    private static readonly string[] s_surroundings =
    [
        "backups:", "rehearsal:", "approvals:", "tripwires:", "- backup:", "- rehearsed:", "- id: audit-before", "- audit:", Attested, "- id: green-knows-a-key", "- id: green-bears-the-load", "analysis:",
        "- name: the service answers", "access_log:", "load_rate:", "load_for:", "window:", "proxy_pid:", "- {id: errors",
    ];

    public const string Attested = "- id: release-in-use";

    private readonly WorkFolder _folder = new();

    private TenantsService(TestDatabase target, IReadOnlyList<string> keep)
    {
        Target = target;
        Environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["GODWIT_HOME"] = _folder.File("home"),
            ["GODWIT_LEASE_SECONDS"] = "4",
            ["DATABASE_URL"] = target.Url,
            ["PGPASSFILE"] = target.Server.PassFile,
            ["PGPASSWORD"] = null,
            ["GODWIT_MASTER_KEY_FILE"] = _folder.File("master.hex"),
        };
        CopyRunbook(Path.Combine(RepositoryFolder.Path, "runbooks", "tenants"), Folder);
        foreach (var file in (string[])["runbook.yaml", "rotate-pepper.yaml"])
        {
            var path = Path.Combine(Folder, file);
            File.WriteAllText(path, Without(File.ReadAllLines(path), [.. s_surroundings.Except(keep, StringComparer.Ordinal)]));
        }
    }

    public TestDatabase Target { get; }

    public Dictionary<string, string?> Environment { get; }

    public string Folder => _folder.File("tenants");

    /// <summary>The runbook, and all that the commands write.</summary>
    public string WorkPath => _folder.Path;

    public string MasterKeyFile => _folder.File("master.hex");

    public static async Task<TenantsService> PrepareAsync(PostgresServers servers, string legacy = Legacy, params IReadOnlyList<string> keep)
    {
        var service = new TenantsService(await (await servers.DefaultAsync()).CreateDatabaseAsync(TestContext.Current.CancellationToken), keep);
        await service.Target.ExecuteAsync(legacy);
        (await service.SayAsync("keys", "master", "create", "--out", service.MasterKeyFile)).MustBe(0);
        (await service.SayAsync("keys", "create", "pepper", "--runbook", service.Folder)).MustBe(0);
        return service;
    }

    /// <summary>Watches for no longer than it has to.</summary>
    public Task<Outcome> RunAsync(string command, params IReadOnlyList<string> more) => GodwitProcess.RunAsync(
        _folder.Path, Environment, [command, Folder, .. command == "resume" ? (string[])[] : ["--set", "hold=0s", "--set", "first_look=10ms", "--set", "last_look=20ms"], .. more]);

    /// <summary>A command about the second runbook, which wraps slowly enough to be killed in the middle.</summary>
    public Task<Outcome> RotateAsync(string command, string? pepper = null) => GodwitProcess.RunAsync(_folder.Path, Environment, Rotation(command, pepper));

    /// <summary>The same as a process that can be killed.</summary>
    public GodwitProcess StartRotation(string command, string pepper) => GodwitProcess.Start(_folder.Path, Environment, Rotation(command, pepper));

    /// <summary>Another command, as it is.</summary>
    public Task<Outcome> SayAsync(params IReadOnlyList<string> arguments) => GodwitProcess.RunAsync(_folder.Path, Environment, arguments);

    /// <summary>An operator says that the release that the new tables need is in use.</summary>
    public async Task AttestAsync()
    {
        var key = _folder.File("cyd.jwk");
        (await SayAsync("keys", "person", "new", "Cyd", "--out", key)).MustBe(0);
        (await SayAsync("keys", "person", "add", "Cyd", "--public-key", key, "--role", "Operator", "--runbook", Folder)).MustBe(0);
        (await SayAsync("attest", "release-in-use", Folder)).MustBe(0);
    }

    public void Dispose() => _folder.Dispose();

    private IReadOnlyList<string> Rotation(string command, string? pepper) =>
        [command, Path.Combine(Folder, "rotate-pepper.yaml"), .. command != "run" ? (string[])[] : ["--set", $"pepper={pepper}", "--set", "keys_per_second=400", "--set", "first_look=10ms", "--set", "last_look=20ms"]];

    /// <summary>The lines that begin so, and what belongs to them.</summary>
    private static string Without(IEnumerable<string> lines, IReadOnlyList<string> blocks)
    {
        var kept = new List<string>();
        int? leavingOut = null;
        foreach (var line in lines)
        {
            var indent = line.Length - line.TrimStart().Length;
            if (line.Length > 0 && leavingOut is { } depth && indent <= depth) leavingOut = null;
            if (leavingOut is null && blocks.Any(b => line.TrimStart().StartsWith(b, StringComparison.Ordinal))) leavingOut = indent;
            if (leavingOut is null && line.TrimStart() is var text && !text.StartsWith('#')) kept.Add(line.Replace(", signal: {pid_file: \"${proxy_pid}\"}", "", StringComparison.Ordinal));
        }
        // A list of which nothing is left.
        for (var i = kept.Count - 2; i >= 0; i--)
        {
            if (kept[i].TrimStart() == "gates:" && kept[i + 1].Length - kept[i + 1].TrimStart().Length <= kept[i].IndexOf('g', StringComparison.Ordinal)) kept.RemoveAt(i);
        }
        return string.Join('\n', kept) + "\n";
    }

    private static void CopyRunbook(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var path = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Copy(file, path);
        }
    }
}
