using System.Text;
using Godwit.Postgres.Keyring;
using Godwit.Postgres.Uninstalling;
using Godwit.Security.Fields;
using Godwit.Security.Keyring;
using Godwit.Security.Keyring.Masters;
using Godwit.Security.Peppers;
using Godwit.Security.Signing;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Keyring;

/// <summary>Hosts and administrators that share the keyring of a database.</summary>
public sealed class PostgresKeyringTests(PostgresServers servers) : IDisposable
{
    private readonly KeyringDatabase _database = new(servers);
    private readonly LocalMasterKey _master = LocalMasterKey.Create();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _master.Dispose();

    private async Task<KeyAdministration> AdministratorAsync() => PostgresKeyring.Administer(await _database.SessionsAsync(), new MasterKeys(_master), TimeProvider.System, "administrator");

    private async Task<PostgresKeyring> HostAsync(string name, TimeSpan? interval = null) => await PostgresKeyring.OpenAsync(
        await _database.TargetAsync, new MasterKeys(_master), TimeProvider.System, new PostgresKeyringOptions { Host = name, Interval = interval ?? TimeSpan.FromHours(1) }, Cancellation);

    [Fact]
    public async Task Of_eight_administrators_who_make_the_first_key_at_once_one_does_and_one_key_is_there()
    {
        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            try
            {
                return (await (await AdministratorAsync()).CreateAsync(KeyPurpose.Data, Cancellation)).ToString();
            }
            catch (KeyringException e)
            {
                return e.Message;
            }
        }));
        Assert.Single(made, m => m.StartsWith("data key 1", StringComparison.Ordinal));
        Assert.Equal(7, made.Count(m => m.Contains("has an active key already", StringComparison.Ordinal)));
        Assert.Single((await new PostgresKeyStore(await _database.SessionsAsync()).LoadAsync(Cancellation)).Keys);
    }

    [Fact]
    public async Task Of_eight_who_rotate_at_once_each_rotates_what_the_one_before_has_left()
    {
        await (await AdministratorAsync()).CreateAsync(KeyPurpose.Index, Cancellation);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ => await (await AdministratorAsync()).RotateAsync(KeyPurpose.Index, Cancellation)));
        var keyring = await new PostgresKeyStore(await _database.SessionsAsync()).LoadAsync(Cancellation);
        Assert.Equal(9, keyring.Keys.Length);
        Assert.Equal(9, keyring.ActiveOf(KeyPurpose.Index)!.Version);
        // Each made one key and took one out of writing.
        Assert.Equal(17, (await new PostgresKeyStore(await _database.SessionsAsync()).ChangesAsync(Cancellation)).Count);
        await KeyringSeal.CheckAsync(keyring, new MasterKeys(_master), Cancellation);
    }

    [Fact]
    public async Task A_host_reads_what_another_wrote_before_and_after_a_rotation_and_each_use_is_noted()
    {
        var administrator = await AdministratorAsync();
        await administrator.CreateAsync(KeyPurpose.Data, Cancellation);
        await using var reader = await HostAsync("reader");
        byte[] first, second;
        await using (var writer = await HostAsync("writer"))
        {
            first = await EncryptAsync(writer, "one");
            var next = await administrator.AnnounceAsync(KeyPurpose.Data, Cancellation);
            var refusal = await Assert.ThrowsAsync<KeyringException>(() => administrator.ActivateAsync(next.Id, Cancellation));
            Assert.Contains("reader, writer", refusal.Message, StringComparison.Ordinal);
            await reader.RefreshAsync(Cancellation);
            await writer.RefreshAsync(Cancellation);
            await administrator.ActivateAsync(next.Id, Cancellation);
            await writer.RefreshAsync(Cancellation);
            second = await EncryptAsync(writer, "two");
        }
        // Without a look at the keyring in between: it knew the key since it was announced.
        Assert.Equal("one", await DecryptAsync(reader, first));
        Assert.Equal("two", await DecryptAsync(reader, second));
        var audit = new PostgresKeyAudit(await _database.SessionsAsync(), "auditor");
        Assert.Equal(2, (await audit.UsesAsync(Cancellation)).Where(u => u.Operation == KeyOperation.Encrypt).Sum(u => u.Count));
        Assert.Equal(4, (await audit.UnwrappingsAsync(Cancellation)).Count(u => u.Succeeded));
        Assert.Equal(["reader"], await NamesOfHostsAsync());
    }

    [Fact]
    public async Task A_host_keeps_up_by_itself()
    {
        var administrator = await AdministratorAsync();
        await administrator.CreateAsync(KeyPurpose.Pepper, Cancellation);
        await using var host = await HostAsync("host", TimeSpan.FromMilliseconds(20));
        var keys = await host.Keys.OpenAsync(KeyPurpose.Pepper, Cancellation);
        var next = await administrator.AnnounceAsync(KeyPurpose.Pepper, Cancellation);
        await Patience.UntilAsync(async () => (await (await _database.DatabaseAsync).ScalarAsync<long>("SELECT keyring_version FROM godwit.key_hosts")) == 2);
        await administrator.ActivateAsync(next.Id, Cancellation);
        await Patience.UntilAsync(() => Task.FromResult(keys.Current.Active!.Id == next.Id));
        await Patience.UntilAsync(async () => (await (await _database.DatabaseAsync).ScalarAsync<long>("SELECT keyring_version FROM godwit.key_hosts")) == 3);
    }

    [Theory]
    [InlineData("UPDATE godwit.keys SET state = 'Active' WHERE state = 'Retired'")]
    [InlineData("UPDATE godwit.keys a SET wrapped = b.wrapped FROM godwit.keys b WHERE a.number <> b.number")]
    [InlineData("DELETE FROM godwit.keys WHERE state = 'Retired'")]
    [InlineData("UPDATE godwit.keys SET activated_at = now()")]
    [InlineData("UPDATE godwit.keyring SET seal = NULL")]
    [InlineData("UPDATE godwit.keyring SET version = version + 1")]
    public async Task Rows_that_were_changed_by_hand_are_noticed_by_hosts_and_administrators(string sql)
    {
        var administrator = await AdministratorAsync();
        var announced = await administrator.AnnounceAsync(KeyPurpose.Data, Cancellation);
        await administrator.RetireAsync(announced.Id, Cancellation);
        await administrator.AnnounceAsync(KeyPurpose.Data, Cancellation);
        await using var running = await HostAsync("running");
        await (await _database.DatabaseAsync).ExecuteAsync(sql);
        await Assert.ThrowsAsync<KeyringException>(() => HostAsync("new"));
        await Assert.ThrowsAsync<KeyringException>(() => administrator.CreateAsync(KeyPurpose.Data, Cancellation));
        if (sql.Contains("version + 1", StringComparison.Ordinal)) await Assert.ThrowsAsync<KeyringException>(() => running.RefreshAsync(Cancellation));
    }

    [Fact]
    public async Task A_whole_keyring_of_before_is_noticed_by_the_changes_that_are_noted()
    {
        var administrator = await AdministratorAsync();
        await administrator.CreateAsync(KeyPurpose.Data, Cancellation);
        var database = await _database.DatabaseAsync;
        await database.ExecuteAsync("CREATE TABLE old_ring AS TABLE godwit.keyring; CREATE TABLE old_keys AS TABLE godwit.keys");
        await administrator.RotateAsync(KeyPurpose.Data, Cancellation);
        await database.ExecuteAsync("DELETE FROM godwit.keyring; DELETE FROM godwit.keys; INSERT INTO godwit.keyring SELECT * FROM old_ring; INSERT INTO godwit.keys SELECT * FROM old_keys");
        var noticed = await Assert.ThrowsAsync<KeyringException>(() => HostAsync("host"));
        Assert.Contains("an older one was put in its place", noticed.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => database.ExecuteAsync("DELETE FROM godwit.key_changes"));
        await database.ExecuteAsync("DELETE FROM godwit.keyring; DELETE FROM godwit.keys");
        await Assert.ThrowsAsync<KeyringException>(() => administrator.CreateAsync(KeyPurpose.Data, Cancellation));
    }

    [Fact]
    public async Task A_keyring_of_another_master_key_is_refused_in_words_that_name_it()
    {
        await (await AdministratorAsync()).CreateAsync(KeyPurpose.Data, Cancellation);
        using var other = LocalMasterKey.Create();
        var refusal = await Assert.ThrowsAsync<KeyringException>(async () => await PostgresKeyring.OpenAsync(await _database.TargetAsync, new MasterKeys(other), TimeProvider.System, cancellation: Cancellation));
        Assert.Contains(_master.Id, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_stays_while_a_registered_column_holds_what_it_made_and_goes_when_none_does()
    {
        var administrator = await AdministratorAsync();
        var database = await _database.DatabaseAsync;
        await database.ExecuteAsync("CREATE TABLE public.people (id int, email bytea, email64 text, email_hex text, email_index bytea, api_key text)");
        foreach (var purpose in (KeyPurpose[])[KeyPurpose.Data, KeyPurpose.Index, KeyPurpose.Pepper]) await administrator.CreateAsync(purpose, Cancellation);
        await using var host = await HostAsync("host");
        var blob = await EncryptAsync(host, "o'hara@example.org");
        var index = new byte[BlindIndex.Length];
        new BlindIndex(await host.Keys.OpenAsync(KeyPurpose.Index, Cancellation), "people.email", IndexNormalization.Email).Compute("", "o'hara@example.org", index);
        var hash = new Pepper(await host.Keys.OpenAsync(KeyPurpose.Pepper, Cancellation), "api-key").Hash("secret-key"u8).ToString();
        var keyring = await new PostgresKeyStore(await _database.SessionsAsync()).LoadAsync(Cancellation);
        foreach (var purpose in (KeyPurpose[])[KeyPurpose.Data, KeyPurpose.Index, KeyPurpose.Pepper]) await RotateAsync(administrator, purpose, host);

        var unknown = await Assert.ThrowsAsync<KeyringException>(() => RetireAsync(KeyPurpose.Data));
        Assert.Contains("nobody can tell", unknown.Message, StringComparison.Ordinal);
        await using (var connection = await database.OpenAsync(cancellationToken: Cancellation))
        {
            await KeyColumns.RegisterAsync(connection, new KeyColumn("public", "people", "email", KeyColumnKind.Data, KeyColumnEncoding.Binary), Cancellation);
            await KeyColumns.RegisterAsync(connection, new KeyColumn("public", "people", "email64", KeyColumnKind.Data, KeyColumnEncoding.Base64), Cancellation);
            await KeyColumns.RegisterAsync(connection, new KeyColumn("public", "people", "email_hex", KeyColumnKind.Data, KeyColumnEncoding.Hex), Cancellation);
            await KeyColumns.RegisterAsync(connection, new KeyColumn("public", "people", "email_index", KeyColumnKind.Index, KeyColumnEncoding.Binary), Cancellation);
            await KeyColumns.RegisterAsync(connection, new KeyColumn("public", "people", "api_key", KeyColumnKind.Pepper, KeyColumnEncoding.Text), Cancellation);
            await using var insert = new Npgsql.NpgsqlCommand("INSERT INTO public.people VALUES (1, $1, $2, $3, $4, $5), (2, $1, '???', 'ff', '\\x00', 'plain'), (3, '\\x', '', NULL, NULL, 'gwp1.')", connection)
            {
                Parameters = { new() { Value = blob }, new() { Value = Convert.ToBase64String(blob) }, new() { Value = "\\x" + Convert.ToHexStringLower(blob) }, new() { Value = index }, new() { Value = hash } },
            };
            await insert.ExecuteNonQueryAsync(Cancellation);
        }
        Assert.Contains("people.email: 2 rows, people.email64: 1 rows, people.email_hex: 1 rows", (await Assert.ThrowsAsync<KeyringException>(() => RetireAsync(KeyPurpose.Data))).Message, StringComparison.Ordinal);
        Assert.Contains("people.email_index: 1 rows", (await Assert.ThrowsAsync<KeyringException>(() => RetireAsync(KeyPurpose.Index))).Message, StringComparison.Ordinal);
        Assert.Contains("people.api_key: 1 rows", (await Assert.ThrowsAsync<KeyringException>(() => RetireAsync(KeyPurpose.Pepper))).Message, StringComparison.Ordinal);

        await using (var connection = await database.OpenAsync(cancellationToken: Cancellation))
        {
            var needed = Assert.IsType<UninstallOutcome.Needed>(await Uninstaller.RunAsync(connection, Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), new KnownSigners([]), Cancellation));
            Assert.Contains(needed.By, n => n.Contains("people.email has 2 values", StringComparison.Ordinal));
            Assert.Contains(needed.By, n => n.Contains("host works with the keyring", StringComparison.Ordinal));
        }

        await database.ExecuteAsync("UPDATE public.people SET email = NULL, email64 = NULL, email_hex = NULL, email_index = NULL, api_key = NULL");
        foreach (var purpose in (KeyPurpose[])[KeyPurpose.Data, KeyPurpose.Index, KeyPurpose.Pepper]) Assert.Equal(KeyState.Retired, (await RetireAsync(purpose)).State);
        await database.ExecuteAsync("DROP TABLE public.people");
        var second = await RotateAsync(administrator, KeyPurpose.Data, host);
        await RotateAsync(administrator, KeyPurpose.Data, host);
        Assert.Contains("nobody can tell", (await Assert.ThrowsAsync<KeyringException>(() => administrator.RetireAsync(second.Id, Cancellation))).Message, StringComparison.Ordinal);

        Task<KeyRecord> RetireAsync(KeyPurpose purpose) => administrator.RetireAsync(keyring.ActiveOf(purpose)!.Id, Cancellation);
    }

    [Fact]
    public async Task A_retirement_waits_for_who_may_be_writing_here_and_not_for_other_databases()
    {
        var administrator = await AdministratorAsync();
        var database = await _database.DatabaseAsync;
        await database.ExecuteAsync("CREATE TABLE public.people (id int, email bytea)");
        var former = await administrator.CreateAsync(KeyPurpose.Data, Cancellation);
        await using var host = await HostAsync("host");
        var blob = await EncryptAsync(host, "late@example.org");
        await RotateAsync(administrator, KeyPurpose.Data, host);
        await using var here = await database.OpenAsync(cancellationToken: Cancellation);
        await KeyColumns.RegisterAsync(here, new KeyColumn("public", "people", "email", KeyColumnKind.Data, KeyColumnEncoding.Binary), Cancellation);
        await using var elsewhere = await (await (await servers.DefaultAsync()).CreateDatabaseAsync(Cancellation)).OpenAsync(cancellationToken: Cancellation);
        await using var foreign = await elsewhere.BeginTransactionAsync(Cancellation);
        await ExecuteAsync(elsewhere, "CREATE TABLE public.busy (i int)");
        await using var writing = await here.BeginTransactionAsync(Cancellation);
        await ExecuteAsync(here, "INSERT INTO public.people VALUES (1, $1)", blob);

        var retired = administrator.RetireAsync(former.Id, Cancellation);
        await Patience.UntilAsync(async () => await database.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep')"), retired, () => retired.Exception?.Message ?? "-");
        await writing.CommitAsync(Cancellation);
        Assert.Contains("people.email: 1 rows", (await Assert.ThrowsAsync<KeyringException>(() => retired)).Message, StringComparison.Ordinal);
        await ExecuteAsync(here, "DELETE FROM public.people");
        Assert.Equal(KeyState.Retired, (await administrator.RetireAsync(former.Id, Cancellation)).State);

        static async Task ExecuteAsync(Npgsql.NpgsqlConnection connection, string sql, byte[]? value = null)
        {
            await using var command = new Npgsql.NpgsqlCommand(sql, connection);
            if (value is not null) command.Parameters.Add(new() { Value = value });
            await command.ExecuteNonQueryAsync(Cancellation);
        }
    }

    /// <summary>With a host that has the keyring loaded, and is told of each half.</summary>
    private static async Task<KeyRecord> RotateAsync(KeyAdministration administrator, KeyPurpose purpose, PostgresKeyring host)
    {
        var next = await administrator.AnnounceAsync(purpose, Cancellation);
        await host.RefreshAsync(Cancellation);
        var active = await administrator.ActivateAsync(next.Id, Cancellation);
        await host.RefreshAsync(Cancellation);
        return active;
    }

    [Fact]
    public async Task A_key_that_signs_stays_until_what_it_signed_has_run_out()
    {
        var first = await (await AdministratorAsync()).CreateAsync(KeyPurpose.Token, Cancellation);
        var second = await PostgresKeyring.Administer(await _database.SessionsAsync(), new MasterKeys(_master), new LateClock(), "administrator").RotateAsync(KeyPurpose.Token, Cancellation);
        await (await AdministratorAsync()).RotateAsync(KeyPurpose.Token, Cancellation);
        Assert.Contains("what it signed, until", (await Assert.ThrowsAsync<KeyringException>(async () => await (await AdministratorAsync()).RetireAsync(second.Id, Cancellation))).Message, StringComparison.Ordinal);
        Assert.Equal(KeyState.Retired, (await (await AdministratorAsync()).RetireAsync(first.Id, Cancellation)).State);
    }

    [Fact]
    public async Task A_key_that_wraps_persons_keys_stays_until_they_are_wrapped_by_the_next()
    {
        var administrator = await AdministratorAsync();
        var first = await administrator.CreateAsync(KeyPurpose.Person, Cancellation);
        await using var host = await HostAsync("host");
        var persons = await host.OpenPersonsAsync(Cancellation);
        using (await persons.OpenOrCreateAsync("ada", Cancellation))
        {
            await RotateAsync(administrator, KeyPurpose.Person, host);
        }
        Assert.Contains("1 persons' keys", (await Assert.ThrowsAsync<KeyringException>(() => administrator.RetireAsync(first.Id, Cancellation))).Message, StringComparison.Ordinal);
        Assert.Equal(1, await persons.RewrapAsync(first.Id, Cancellation));
        Assert.Equal(KeyState.Retired, (await administrator.RetireAsync(first.Id, Cancellation)).State);
        Assert.NotNull(await persons.OpenAsync("ada", Cancellation));
    }

    [Fact]
    public async Task Uninstalling_takes_the_keyring_along_into_the_file_and_out_of_the_database()
    {
        await (await AdministratorAsync()).CreateAsync(KeyPurpose.Data, Cancellation);
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var database = await _database.DatabaseAsync;
        try
        {
            await using var connection = await database.OpenAsync(cancellationToken: Cancellation);
            var removed = Assert.IsType<UninstallOutcome.Removed>(await Uninstaller.RunAsync(connection, path, new KnownSigners([]), Cancellation));
            Assert.Equal((1L, 1L, 1L), (removed.Rows["keys"], removed.Rows["keyring"], removed.Rows["key_changes"]));
            Assert.Contains("\"table\":\"keys\"", await File.ReadAllTextAsync(path, Cancellation), StringComparison.Ordinal);
            Assert.False(await database.ScalarAsync<bool>("SELECT to_regnamespace('godwit') IS NOT NULL"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task<byte[]> EncryptAsync(PostgresKeyring host, string value) =>
        await (await CipherAsync(host)).EncryptAsync(Encoding.UTF8.GetBytes(value), RowKey.Of("1"), Cancellation);

    private static async Task<string> DecryptAsync(PostgresKeyring host, byte[] blob)
    {
        var value = new byte[blob.Length - FieldBlob.Overhead];
        return Encoding.UTF8.GetString(value.AsSpan(0, (await CipherAsync(host)).Decrypt(blob, RowKey.Of("1"), value)));
    }

    private static async Task<FieldCipher> CipherAsync(PostgresKeyring host) => new(await host.Keys.OpenAsync(KeyPurpose.Data, Cancellation), new FieldColumn("people", "email"), host.Usage);

    private async Task<List<string>> NamesOfHostsAsync() =>
        [.. (await (await _database.DatabaseAsync).ScalarAsync<string>("SELECT string_agg(name, ',' ORDER BY name) FROM godwit.key_hosts")).Split(',')];

    /// <summary>Eight days behind.</summary>
    private sealed class LateClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => TimeProvider.System.GetUtcNow().AddDays(-8);
    }
}
