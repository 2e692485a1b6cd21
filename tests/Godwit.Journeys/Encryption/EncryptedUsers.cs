using System.Text;
using Godwit.Journeys.Runbooks;
using Godwit.Journeys.Running;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Keyring;
using Godwit.Security.Fields;
using Godwit.Security.Keyring;
using Godwit.Security.Keyring.Masters;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Journeys.Encryption;

/// <summary>A table of users whose emails are plain, the keyring of their database, and the application that writes to them.</summary>
internal sealed class EncryptedUsers : IAsyncDisposable
{
    /// <summary>In every email, and nowhere else.</summary>
    public const string Mark = "plain-address";

    private readonly PostgresTarget _target;
    private LocalMasterKey _master;
    private PostgresKeyring _application = null!;
    private FieldCipher _cipher = null!;
    private BlindIndex _index = null!;

    private EncryptedUsers(RunbookFolder folder, PostgresTarget target, LocalMasterKey master) => (Folder, _target, _master) = (folder, target, master);

    public RunbookFolder Folder { get; }

    /// <summary>What every command said.</summary>
    public StringBuilder Said { get; } = new();

    public static async Task<EncryptedUsers> MakeAsync(PostgresServers servers, int rows)
    {
        var folder = await RunbookFolder.PrepareAsync(servers);
        await folder.Target.ExecuteAsync(
            $"""
            CREATE TABLE users (id bigint PRIMARY KEY, email text);
            INSERT INTO users SELECT n, 'User' || n || '@{Mark}.example' FROM generate_series(1, {rows}) n;
            """);
        var (target, master) = await MakeKeysAsync(folder);
        var users = new EncryptedUsers(folder, target, master);
        await users.StartApplicationAsync();
        folder.Sql("columns.sql", "ALTER TABLE users ADD email_encrypted bytea, ADD email_index bytea", "ALTER TABLE users DROP email_encrypted, DROP email_index");
        return users;
    }

    /// <summary>A master key beside the runbook, and a keyring with keys for data, indexes and peppers in its target.</summary>
    public static async Task<(PostgresTarget Target, LocalMasterKey Master)> MakeKeysAsync(RunbookFolder folder)
    {
        folder.Environment["GODWIT_MASTER_KEY_FILE"] = folder.In("master.key");
        return await MakeKeysAsync(folder.Target, folder.In("master.key"));
    }

    /// <summary>A master key in a file, and a keyring with keys for data, indexes and peppers in a database.</summary>
    public static async Task<(PostgresTarget Target, LocalMasterKey Master)> MakeKeysAsync(TestDatabase database, string file)
    {
        var environment = ConnectionEnvironment.Process with { Variable = name => name == "PGPASSFILE" ? database.Server.PassFile : null };
        var target = (await PostgresTarget.ConnectAsync(PostgresUrl.Parse(database.Url, environment).Url!, environment)).Target!;
        var master = MasterKeyFile.Create(file);
        await using var source = target.OpenSource(new SessionSettings { RunId = "test", Role = "keys" });
        var keys = PostgresKeyring.Administer(new KeyringSessions(source), new MasterKeys(master), TimeProvider.System, "test");
        await keys.CreateAsync(KeyPurpose.Data, CancellationToken.None);
        await keys.CreateAsync(KeyPurpose.Index, CancellationToken.None);
        await keys.CreateAsync(KeyPurpose.Pepper, CancellationToken.None);
        return (target, master);
    }

    public async Task<Outcome> RunAsync(params IReadOnlyList<string> arguments) => Note(await Folder.RunAsync(arguments));

    /// <summary>A run that is in the middle of a step's rows.</summary>
    public async Task<GodwitProcess> StartAsync(string step)
    {
        var runner = Folder.Start("run");
        while (!runner.HasExited && await DoneAsync(step) == 0) await Task.Delay(5);
        return runner;
    }

    /// <summary>A command about the keyring.</summary>
    public async Task<Outcome> KeysAsync(params IReadOnlyList<string> arguments) =>
        Note(await GodwitProcess.RunAsync(Folder.Path, Folder.Environment, ["keys", .. arguments, "--runbook", Folder.File]));

    /// <summary>The key of a purpose that writes, as the application knows it.</summary>
    public async Task<KeyId> ActiveAsync(KeyPurpose purpose) => (await _application.Keys.OpenAsync(purpose, CancellationToken.None)).Current.Active!.Id;

    /// <summary>Begins a run, kills it with SIGKILL some times in the middle of its rows, and carries it on to its end.</summary>
    public async Task KilledAsync(string step, int kills)
    {
        var command = "run";
        for (var kill = 0; kill < kills; kill++)
        {
            using var runner = Folder.Start(command);
            var before = await DoneAsync(step);
            while (!runner.HasExited && await DoneAsync(step) == before) await Task.Delay(5);
            if (runner.HasExited)
            {
                // Through before it could be killed.
                Note(await runner.WaitAsync()).MustBe(0);
                return;
            }
            runner.Kill();
            command = "resume";
        }
        var outcome = await RunAsync(command);
        if (outcome.ExitCode == 1 && (outcome.Output.Contains("is complete", StringComparison.Ordinal) || outcome.Output.Contains("is finished", StringComparison.Ordinal))) return;
        outcome.MustBe(0);
    }

    /// <summary>Emails that change, encrypted and indexed by whoever changes them, in the statement that changes them.</summary>
    public async Task WriteAsync(int rows, CancellationToken cancellation)
    {
        var random = new Random(7);
        await using var connection = await Folder.Target.OpenAsync(cancellationToken: CancellationToken.None);
        for (var n = 0; !cancellation.IsCancellationRequested; n++)
        {
            var id = random.Next(1, rows + 1);
            var email = $"Changed{n}@{Mark}.example";
            await using var update = new NpgsqlCommand("UPDATE users SET email = $2, email_encrypted = $3, email_index = $4 WHERE id = $1", connection)
            {
                Parameters = { new() { Value = (long)id }, new() { Value = email }, new() { Value = await EncryptAsync(id, email) }, new() { Value = IndexOf(email) } },
            };
            await update.ExecuteNonQueryAsync(CancellationToken.None);
            // Without a rest it would be the only one at work: a backfill gives way to whoever waits for locks.
            await Task.Delay(TimeSpan.FromMilliseconds(2), CancellationToken.None);
        }
    }

    /// <summary>Another key writes from now on, also in the application.</summary>
    /// <returns>The former one.</returns>
    public async Task<KeyId> RotateAsync(KeyPurpose purpose)
    {
        await using var source = OpenSource();
        var former = await ActiveAsync(purpose);
        var administration = Administer(source);
        var next = await administration.AnnounceAsync(purpose, CancellationToken.None);
        await _application.RefreshAsync(CancellationToken.None);
        // Runners that were killed would be waited for, for a minute.
        await Folder.Target.ExecuteAsync("UPDATE godwit.key_hosts SET heartbeat = heartbeat - interval '2 minutes' WHERE name LIKE 'run %'");
        await administration.ActivateAsync(next.Id, CancellationToken.None);
        await _application.RefreshAsync(CancellationToken.None);
        return former;
    }

    public async Task RetireAsync(KeyId id)
    {
        await using var source = OpenSource();
        await Administer(source).RetireAsync(id, CancellationToken.None);
    }

    /// <summary>Another master key wraps every key, and the former one is gone.</summary>
    public async Task RewrapAsync()
    {
        var next = MasterKeyFile.Create(Folder.In("next.key"));
        await using (var source = OpenSource())
        {
            var keys = new MasterKeys(next, _master);
            Assert.True(await PostgresKeyring.Administer(new KeyringSessions(source), keys, TimeProvider.System, "test").RewrapAsync(CancellationToken.None) > 0);
        }
        await _application.DisposeAsync();
        _master.Dispose();
        _master = next;
        Folder.Environment["GODWIT_MASTER_KEY_FILE"] = Folder.In("next.key");
        await StartApplicationAsync();
    }

    /// <summary>Emails by their users, each opened with its row's key under the active key and found by its index.</summary>
    public async Task<Dictionary<long, string>> ReadAsync()
    {
        var found = new Dictionary<long, string>();
        await using var connection = await Folder.Target.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT id, email_encrypted, email_index FROM users", connection);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var (id, blob, index) = (reader.GetInt64(0), reader.GetFieldValue<byte[]>(1), reader.GetFieldValue<byte[]>(2));
            var email = Encoding.UTF8.GetString(_cipher.Decrypt(blob, RowKey.Of($"{id}")));
            Assert.True(_cipher.IsCurrent(blob), $"row {id} is under a former data key");
            Assert.Equal(IndexOf(email), index);
            found[id] = email;
        }
        return found;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _master.Dispose();
        Folder.Dispose();
    }

    private ValueTask<byte[]> EncryptAsync(long id, string email) => _cipher.EncryptAsync(Encoding.UTF8.GetBytes(email), RowKey.Of($"{id}"), CancellationToken.None);

    private byte[] IndexOf(string email)
    {
        var index = new byte[BlindIndex.Length];
        _index.Compute("", email, index);
        return index;
    }

    private async Task<long> DoneAsync(string step) => await Folder.Target.ScalarAsync<bool>("SELECT to_regclass('godwit.steps') IS NOT NULL")
        ? await Folder.Target.ScalarAsync<long>($"SELECT coalesce(sum(done), 0)::bigint FROM godwit.steps WHERE id = '{step}'") : 0;

    private Outcome Note(Outcome outcome)
    {
        Said.Append(outcome.Output).Append(outcome.Error);
        return outcome;
    }

    private async Task StartApplicationAsync()
    {
        _application = await PostgresKeyring.OpenAsync(_target, new MasterKeys(_master), TimeProvider.System, new PostgresKeyringOptions { Host = "application", Interval = TimeSpan.FromSeconds(1) });
        _cipher = new FieldCipher(await _application.Keys.OpenAsync(KeyPurpose.Data, CancellationToken.None), new FieldColumn("public.users", "email_encrypted"), _application.Usage);
        _index = new BlindIndex(await _application.Keys.OpenAsync(KeyPurpose.Index, CancellationToken.None), "users.email", IndexNormalization.Email);
    }

    private PostgresSource OpenSource() => _target.OpenSource(new SessionSettings { RunId = "test", Role = "keys" });

    private KeyAdministration Administer(PostgresSource source) => PostgresKeyring.Administer(new KeyringSessions(source), new MasterKeys(_master), TimeProvider.System, "test");
}
