using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Tenants;

/// <summary>A small legacy service with raw keys, and the repository's runbook for it.</summary>
internal sealed class TenantsService : IDisposable
{
    public const string Pepper = "a pepper of this test's own";

    private const string Legacy = """
        CREATE TABLE public.clients (id uuid PRIMARY KEY, name text NOT NULL, api_key text UNIQUE, created_at timestamptz NOT NULL);
        INSERT INTO public.clients SELECT gen_random_uuid(), 'client ' || i, CASE WHEN i % 7 > 0 THEN 'key ' || i END, timestamptz '2020-01-01 00:00Z' + i * interval '1 hour'
        FROM generate_series(1, 50) i
        """;

    private readonly WorkFolder _folder = new();

    private TenantsService(TestDatabase target)
    {
        Target = target;
        Environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["GODWIT_HOME"] = _folder.File("home"),
            ["GODWIT_LEASE_SECONDS"] = "4",
            ["DATABASE_URL"] = target.Url,
            ["PGPASSFILE"] = target.Server.PassFile,
            ["PGPASSWORD"] = null,
            ["API_KEY_PEPPER"] = Pepper,
            ["API_KEY_PEPPER_FILE"] = null,
            ["RELEASE_USES_API_KEYS"] = "yes",
        };
        CopyRunbook(Path.Combine(RepositoryFolder.Path, "runbooks", "tenants"), Folder);
    }

    public TestDatabase Target { get; }

    public Dictionary<string, string?> Environment { get; }

    public string Folder => _folder.File("tenants");

    public static async Task<TenantsService> PrepareAsync(PostgresServers servers, string legacy = Legacy)
    {
        var service = new TenantsService(await (await servers.DefaultAsync()).CreateDatabaseAsync(TestContext.Current.CancellationToken));
        await service.Target.ExecuteAsync(legacy);
        return service;
    }

    /// <summary>Watches for no longer than it has to.</summary>
    public Task<Outcome> RunAsync(string command, params IReadOnlyList<string> more) => GodwitHere.RunAsync(
        _folder.Path, Environment, [command, Folder, .. command == "resume" ? (string[])[] : ["--set", "hold=0s", "--set", "first_look=10ms", "--set", "last_look=20ms"], .. more]);

    public void Dispose() => _folder.Dispose();

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
