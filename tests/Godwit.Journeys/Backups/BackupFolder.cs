using System.Text.Json;
using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Backups;

/// <summary>A runbook with two destinations, a database with rows, a staging folder of its own, and the commands between them.</summary>
public sealed class BackupFolder : IDisposable
{
    private readonly WorkFolder _folder = new();
    private readonly string _staging = Directory.CreateTempSubdirectory("godwit-staging-").FullName;

    private BackupFolder(TestDatabase target)
    {
        Target = target;
        File.SetUnixFileMode(_staging, File.GetUnixFileMode(_staging) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        Environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["GODWIT_HOME"] = _folder.File("home"), ["GODWIT_STAGING"] = _staging, ["GODWIT_LEASE_SECONDS"] = "4", ["DATABASE_URL"] = target.Url, ["PGPASSFILE"] = target.Server.PassFile, ["PGPASSWORD"] = null,
        };
        Runbook();
    }

    public TestDatabase Target { get; }

    public string Path => _folder.Path;

    public Dictionary<string, string?> Environment { get; }

    public string First => _folder.File("first");

    public string Second => _folder.File("second");

    public static async Task<BackupFolder> PrepareAsync(PostgresServers servers) => await PrepareAsync(await servers.DefaultAsync());

    public static async Task<BackupFolder> PrepareAsync(PostgresServer server)
    {
        var folder = new BackupFolder(await server.CreateDatabaseAsync(TestContext.Current.CancellationToken));
        await folder.Target.ExecuteAsync("""
            CREATE TABLE public.people (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, tags text[], twice text GENERATED ALWAYS AS (name || name) STORED);
            INSERT INTO public.people (name, tags) SELECT 'marker-of-a-person-' || i, ARRAY['a', NULL, i::text] FROM generate_series(1, 2000) i;
            CREATE TYPE public.mood AS ENUM ('glad', 'sad');
            CREATE TABLE public."Odd ""n"" name" ("Ünïcode" public.mood[], at timestamptz, amount numeric, j jsonb);
            INSERT INTO public."Odd ""n"" name" VALUES ('{glad,sad}', '2020-02-29 12:00+00', 1.500, '{"a": [1, "\n"]}'), (NULL, NULL, NULL, NULL);
            CREATE TABLE public.nothing ();
            CREATE TABLE public.parts (id int, at date) PARTITION BY RANGE (at);
            CREATE TABLE public.part_1 PARTITION OF public.parts FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
            INSERT INTO public.parts SELECT i, '2020-03-01' FROM generate_series(1, 10) i;
            CREATE VIEW public.names AS SELECT name FROM public.people;
            CREATE INDEX ON public.people (name);
            SELECT lo_from_bytea(0, 'a large object');
            """);
        return folder;
    }

    /// <param name="phases">The YAML below <c>phases:</c>, two spaces in.</param>
    /// <param name="backups">More of <c>backups:</c>, two spaces in.</param>
    /// <param name="sources">The YAML after <c>sources:</c>.</param>
    public BackupFolder Runbook(string phases = "  expand: {steps: [{wait: 0s}]}", string backups = "", string sources = "{}")
    {
        _folder.Write("runbook.yaml", $"godwit: 1\nname: shop\ntarget: {{env: DATABASE_URL}}\nsources: {sources}\nbackups:\n  destinations: [{{path: first}}, {{path: second}}]\n{backups}\nphases:\n{phases}\n");
        return this;
    }

    public BackupFolder Sql(string file, string up, string down)
    {
        _folder.Write(file, $"-- godwit:up\n{up}\n-- godwit:down\n{down}\n");
        return this;
    }

    /// <summary>Its commands come as the superuser, which physical backups take.</summary>
    public void AsSuperuser()
    {
        Environment["DATABASE_URL"] = Target.Url.Replace("godwit@", "postgres@", StringComparison.Ordinal);
        Environment["PGPASSWORD"] = Target.Server.Connection("postgres", superuser: true).Password;
    }

    public Task<Outcome> RunAsync(params IReadOnlyList<string> arguments) => GodwitProcess.RunAsync(_folder.Path, Environment, arguments);

    public async Task<JsonElement> JsonAsync(int exitCode, params IReadOnlyList<string> arguments) =>
        JsonDocument.Parse((await RunAsync([.. arguments, "--json"])).MustBe(exitCode).Output).RootElement;

    /// <summary>Takes and verifies one; its name.</summary>
    public async Task<string> CreateAsync(params IReadOnlyList<string> arguments) => (await JsonAsync(0, ["backup", "create", .. arguments])).GetProperty("backups")[0].GetProperty("name").GetString()!;

    public GodwitProcess Start(params IReadOnlyList<string> arguments) => GodwitProcess.Start(_folder.Path, Environment, arguments);

    public string In(string name) => _folder.File(name);

    /// <summary>Processes that work in staging: programs of PostgreSQL and scratch servers.</summary>
    public IReadOnlyList<string> AtWork() => ProcessTree.CommandsWith(_staging);

    public string[] Staged => Directory.GetFileSystemEntries(_staging);

    /// <summary>Nothing unfinished at a destination, nothing in staging.</summary>
    public void MustBeTidy()
    {
        Assert.Empty(Staged);
        foreach (var destination in (string[])[First, Second])
        {
            if (!Directory.Exists(destination)) continue;
            Assert.DoesNotContain(Directory.GetFileSystemEntries(destination), e => System.IO.Path.GetFileName(e).StartsWith('.'));
            Assert.All(Directory.GetDirectories(destination), d => Assert.True(File.Exists(System.IO.Path.Combine(d, "manifest.json"))));
        }
    }

    public void Dispose()
    {
        _folder.Dispose();
        if (Directory.Exists(_staging)) Directory.Delete(_staging, recursive: true);
    }
}
