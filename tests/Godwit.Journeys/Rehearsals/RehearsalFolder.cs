using System.Globalization;
using System.Text.Json;
using Godwit.Journeys.Running;
using Godwit.Journeys.Runbooks;
using Godwit.TestServers;

namespace Godwit.Journeys.Rehearsals;

/// <summary>A runbook with backups, its database, and a folder of its own for scratch copies.</summary>
internal sealed class RehearsalFolder : IDisposable
{
    private readonly string _staging = Directory.CreateTempSubdirectory("godwit-rehearsed-").FullName;

    private RehearsalFolder(RunbookFolder folder)
    {
        Folder = folder;
        // The account of a server that root starts has to get in.
        File.SetUnixFileMode(_staging, File.GetUnixFileMode(_staging) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        folder.Environment["GODWIT_STAGING"] = _staging;
    }

    public RunbookFolder Folder { get; }

    public string Staging => _staging;

    /// <param name="servers">Where its database is.</param>
    /// <param name="tables">Statements that fill the database.</param>
    public static async Task<RehearsalFolder> PrepareAsync(PostgresServers servers, string tables) => await PrepareAsync(await servers.DefaultAsync(), tables);

    /// <summary>On a server with settings of its own.</summary>
    public static async Task<RehearsalFolder> PrepareAsync(PostgresServer server, string tables)
    {
        var folder = await RunbookFolder.PrepareAsync(server);
        await folder.Target.ExecuteAsync(tables);
        return new RehearsalFolder(folder);
    }

    /// <param name="phases">The YAML below <c>phases:</c>, two spaces in.</param>
    /// <param name="more">Other keys.</param>
    public RehearsalFolder Runbook(string phases, string more = "")
    {
        Folder.Write("runbook.yaml", $"godwit: 1\nname: shop\ntarget: {{env: DATABASE_URL}}\nbackups: {{destinations: [{{path: backups}}]}}\n{more}\nphases:\n{phases}\n");
        return this;
    }

    public async Task BackUpAsync(string method = "logical") => (await GodwitProcess.RunAsync(Folder.Path, Folder.Environment, ["backup", "create", "--method", method, "--runbook", Folder.File])).MustBe(0);

    public Task<JsonElement> RehearseAsync(int exitCode, params IReadOnlyList<string> arguments) => Folder.JsonAsync(exitCode, ["rehearse", .. arguments]);

    public Task<long> OnRecordAsync() => Folder.Target.ScalarAsync<long>("SELECT CASE WHEN to_regclass('godwit.rehearsals') IS NULL THEN 0 ELSE (xpath('/row/c/text()', query_to_xml('SELECT count(*) AS c FROM godwit.rehearsals', false, true, '')))[1]::text::bigint END");

    /// <summary>Processes that work below the folder of scratch copies.</summary>
    public IReadOnlyList<int> Servers() =>
    [
        .. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(n => int.TryParse(n, out _)).Select(n => int.Parse(n!, CultureInfo.InvariantCulture)).Where(p => CommandOf(p).Contains(_staging, StringComparison.Ordinal)),
    ];

    public bool HasScratch => Directory.EnumerateDirectories(_staging).Any();

    /// <summary>What everybody but Godwit sees of the database: its catalog, its rows and how often each table was written.</summary>
    public Task<string> FingerprintAsync() => Folder.Target.ScalarAsync<string>(
        """
        SELECT md5(string_agg(line, E'\n' ORDER BY line)) FROM (
            SELECT 'column ' || c.oid || ' ' || a.attname || ' ' || c.relfilenode FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relnamespace = 'public'::regnamespace
            UNION ALL SELECT 'rows ' || xmin || ' ' || ctid || ' ' || to_jsonb(l)::text FROM public.legacy l
            UNION ALL SELECT 'sequence ' || last_value || is_called FROM public.legacy_id_seq) s(line)
        """);

    /// <summary>Every file of the runbook's folder and its content, backups and the home left out.</summary>
    public IReadOnlyList<string> Files() =>
    [
        .. Directory.EnumerateFiles(Folder.Path, "*", SearchOption.AllDirectories).Where(f => !f.StartsWith(Folder.In("home"), StringComparison.Ordinal) && !f.StartsWith(Folder.In("backups"), StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Select(f => $"{f} {File.GetLastWriteTimeUtc(f):O} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(f)))}"),
    ];

    public void Dispose()
    {
        Folder.Dispose();
        Directory.Delete(_staging, recursive: true);
    }

    private static string CommandOf(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }
}
