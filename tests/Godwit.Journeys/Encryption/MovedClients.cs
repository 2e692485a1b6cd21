using System.Text;
using Godwit.Journeys.Running;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Keyring;
using Godwit.Security.Fields;
using Godwit.Security.Keyring;
using Godwit.Security.Keyring.Masters;
using Godwit.Security.Peppers;
using Godwit.TestServers;

namespace Godwit.Journeys.Encryption;

/// <summary>Clients whose emails and API keys are plain in a source, the keyring of the target they are moved to, and the application that will read them there.</summary>
internal sealed class MovedClients : IAsyncDisposable
{
    /// <summary>In every email, API key and name, and nowhere else.</summary>
    public const string Mark = "plain-mark";

    public const string Map = """
        tables:
          clients:
            columns:
              email: { transform: { encrypt: { row: [id] } }, drop: [keys] }
              email_index: { transform: { blind_index: { from: email, purpose: clients.email, normalise: email, tenant: shop } } }
              api_key: { transform: { pepper: { purpose: api-key } }, rename: api_key_hash }
              name: { leave_out: true }
              name_encrypted: { transform: { encrypt: { from: name, row: [id], bound_to: public.clients.name } } }
        """;

    private readonly LocalMasterKey _master;
    private readonly PostgresTarget _target;
    private PostgresKeyring _application = null!;

    private MovedClients(Journey journey, PostgresTarget target, LocalMasterKey master) => (Journey, _target, _master) = (journey, target, master);

    public Journey Journey { get; }

    public static IReadOnlyList<string> Statements(int rows) =>
    [
        "CREATE TABLE clients (id INTEGER PRIMARY KEY, email TEXT UNIQUE, api_key TEXT UNIQUE, name TEXT, shop INTEGER NOT NULL, visits INTEGER)",
        $"""
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
        INSERT INTO clients SELECT i, iif(i % 100 = 7, NULL, 'User' || i || '@{Mark}.example'), '{Mark}-key-' || i, iif(i % 3 = 0, '', 'Zoë {Mark} ' || i), i % 5, i FROM n
        """,
    ];

    /// <summary>The same rows in PostgreSQL.</summary>
    public static string InPostgres(int rows) =>
        $"""
        CREATE TABLE clients (id bigint PRIMARY KEY, email varchar(200) UNIQUE, api_key text, name text, shop integer NOT NULL, visits bigint);
        CREATE INDEX clients_email ON clients (lower(email)); CREATE VIEW visitors AS SELECT id, visits FROM clients;
        INSERT INTO clients SELECT i, CASE WHEN i % 100 = 7 THEN NULL ELSE 'User' || i || '@{Mark}.example' END, '{Mark}-key-' || i, CASE WHEN i % 3 = 0 THEN '' ELSE 'Zoë {Mark} ' || i END, i % 5, i FROM generate_series(1, {rows}) i;
        """;

    /// <summary>The mapping for that source, whose columns keep their names.</summary>
    public static string MapOfPostgres => Map.Replace("drop: [keys]", "drop: [keys, indexes]", StringComparison.Ordinal)
        .Replace("api_key: { transform: { pepper: { purpose: api-key } }, rename: api_key_hash }", "api_key_hash: { transform: { pepper: { from: api_key, purpose: api-key } } }\n      api_key: { leave_out: true }", StringComparison.Ordinal);

    public static string? EmailOf(long id) => id % 100 == 7 ? null : $"User{id}@{Mark}.example";

    public static async Task<MovedClients> MakeAsync(PostgresServers servers, int rows, string map = Map, bool keys = true)
    {
        var journey = await Journey.PrepareAsync(servers, Statements(rows));
        journey.Folder.Write("map.yaml", map);
        var (target, master) = await EncryptedUsers.MakeKeysAsync(journey.Target, journey.Folder.File("master.key"));
        journey.Environment["GODWIT_LEASE_SECONDS"] = "4";
        if (keys) journey.Environment["GODWIT_MASTER_KEY_FILE"] = journey.Folder.File("master.key");
        var clients = new MovedClients(journey, target, master);
        await clients.StartApplicationAsync();
        return clients;
    }

    public Task<Outcome> MoveAsync(params IReadOnlyList<string> options) => GodwitProcess.RunAsync(
        Journey.Folder.Path, Journey.Environment, ["move", "--from", Journey.Folder.Source, "--to", Journey.Target.Url, "--map", Journey.Folder.File("map.yaml"), "--json", .. options]);

    public Task<Outcome> RunAsync(params IReadOnlyList<string> arguments) => GodwitProcess.RunAsync(Journey.Folder.Path, Journey.Environment, arguments);

    public Task<Outcome> VerifyAsync(params IReadOnlyList<string> options) => RunAsync(["verify", "--from", Journey.Folder.Source, "--to", Journey.Target.Url, "--json", .. options]);

    /// <summary>A move that was killed with SIGKILL in the middle of its copy.</summary>
    public async Task KillInCopyAsync(string from)
    {
        using var move = Journey.Start("move", "--from", from, "--to", Journey.Target.Url, "--map", "map.yaml", "--range-rows", "100", "--jobs", "1");
        while (!move.HasExited && !await IsCopyingAsync()) await Task.Delay(1, TestContext.Current.CancellationToken);
        Assert.False(move.HasExited, "the move was over before it was killed");
        move.Kill();
    }

    /// <summary>Opens and looks up every row as the application would, and compares with what the source was filled with.</summary>
    /// <returns>How many keys the indexes, and how many the ciphertexts, are of.</returns>
    public async Task<(int Index, int Data)> ReadAsync(int rows, string schema = "public")
    {
        var data = await _application.Keys.OpenAsync(KeyPurpose.Data, CancellationToken.None);
        var email = new FieldCipher(data, new FieldColumn($"{schema}.clients", "email"), _application.Usage);
        var name = new FieldCipher(data, new FieldColumn("public.clients", "name"), _application.Usage);
        var index = new BlindIndex(await _application.Keys.OpenAsync(KeyPurpose.Index, CancellationToken.None), "clients.email", IndexNormalization.Email);
        var pepper = new Pepper(await _application.Keys.OpenAsync(KeyPurpose.Pepper, CancellationToken.None), "api-key");
        var found = await Journey.RowsAsync($"SELECT id, email, email_index, api_key_hash, name_encrypted, shop FROM {schema}.clients ORDER BY id");
        Assert.Equal(Enumerable.Range(1, rows).Select(i => (long)i), found.Select(r => (long)r[0]!));
        var (indexes, blobs) = (new HashSet<KeyId>(), new HashSet<KeyId>());
        foreach (var row in found)
        {
            var id = (long)row[0]!;
            var key = RowKey.Of($"{id}");
            if (EmailOf(id) is { } plain)
            {
                Assert.Equal(plain, Encoding.UTF8.GetString(email.Decrypt((byte[])row[1]!, key)));
                Assert.Contains(index.Candidates($"{row[5]}", plain.ToUpperInvariant()), c => c.AsSpan().SequenceEqual((byte[])row[2]!));
                indexes.Add(BlindIndex.KeyIdOf((byte[])row[2]!)!.Value);
                blobs.Add(FieldBlob.KeyIdOf((byte[])row[1]!)!.Value);
            }
            else
            {
                Assert.Null(row[1]);
                Assert.Null(row[2]);
            }
            Assert.True(PepperedHash.TryParse((string)row[3]!, out var hash) && pepper.Verify(Encoding.UTF8.GetBytes($"{Mark}-key-{id}"), hash), $"the API key of {id} is not what is hashed");
            Assert.Equal(id % 3 == 0 ? "" : $"Zoë {Mark} {id}", Encoding.UTF8.GetString(name.Decrypt((byte[])row[4]!, key)));
        }
        return (indexes.Count, blobs.Count);
    }

    /// <summary>Another key writes from now on.</summary>
    public async Task<KeyId> RotateAsync(KeyPurpose purpose)
    {
        await using var source = _target.OpenSource(new SessionSettings { RunId = "test", Role = "keys" });
        var keys = Administer(source);
        var former = (await _application.Keys.OpenAsync(purpose, CancellationToken.None)).Current.Active!.Id;
        var next = await keys.AnnounceAsync(purpose, CancellationToken.None);
        await _application.RefreshAsync(CancellationToken.None);
        // Moves that were killed would be waited for, for a minute.
        await Journey.PsqlAsync("UPDATE godwit.key_hosts SET heartbeat = heartbeat - interval '2 minutes' WHERE name NOT LIKE 'application%'");
        await keys.ActivateAsync(next.Id, CancellationToken.None);
        await _application.RefreshAsync(CancellationToken.None);
        return former;
    }

    public async Task RetireAsync(KeyId key)
    {
        await using var source = _target.OpenSource(new SessionSettings { RunId = "test", Role = "keys" });
        await Administer(source).RetireAsync(key, CancellationToken.None);
    }

    /// <summary>Where something plain is to be read in the target, in what the commands wrote, or in what they said.</summary>
    public async Task<IReadOnlyList<string>> PlainPlacesAsync(params IReadOnlyList<Outcome> said)
    {
        var places = new List<string>();
        foreach (var table in await Journey.TextsAsync("SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'source')"))
        {
            if ((bool)(await Journey.RowAsync($"SELECT EXISTS (SELECT FROM {table} t WHERE t::text LIKE '%{Mark}%' OR position('{Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Mark))}' IN t::text) > 0)"))[0]!) places.Add(table!);
        }
        if ((bool)(await Journey.RowAsync($"SELECT EXISTS (SELECT FROM pg_stats s WHERE schemaname <> 'source' AND s::text LIKE '%{Mark}%')"))[0]!) places.Add("statistics");
        var mark = Encoding.UTF8.GetBytes(Mark);
        foreach (var file in Directory.EnumerateFiles(Journey.Folder.Path, "*", SearchOption.AllDirectories).Where(f => !f.Contains("source.sqlite", StringComparison.Ordinal)))
        {
            if ((await File.ReadAllBytesAsync(file)).AsSpan().IndexOf(mark) >= 0) places.Add(Path.GetFileName(file));
        }
        foreach (var outcome in said.Where(o => (o.Output + o.Error).Contains(Mark, StringComparison.Ordinal))) places.Add("what a command said");
        return places;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _master.Dispose();
        Journey.Dispose();
    }

    private async Task StartApplicationAsync() =>
        _application = await PostgresKeyring.OpenAsync(_target, new MasterKeys(_master), TimeProvider.System, new PostgresKeyringOptions { Host = "application", Interval = TimeSpan.FromSeconds(1) });

    private KeyAdministration Administer(PostgresSource source) => PostgresKeyring.Administer(new KeyringSessions(source), new MasterKeys(_master), TimeProvider.System, "test");

    private async Task<bool> IsCopyingAsync() =>
        (bool)(await Journey.RowAsync("SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('godwit.ranges') AND attname = 'keys')"))[0]!
        && (long)(await Journey.RowAsync("SELECT count(*) FROM godwit.ranges WHERE done"))[0]! >= 5;
}
