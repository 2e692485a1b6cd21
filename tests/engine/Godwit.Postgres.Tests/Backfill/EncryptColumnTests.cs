using System.Text;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Security.Fields;
using Godwit.Security.Keyring;
using Godwit.TestServers;
using Npgsql;
using static Godwit.Postgres.Tests.Backfill.Backfilling;

namespace Godwit.Postgres.Tests.Backfill;

/// <summary>Columns of the table itself, encrypted and indexed.</summary>
public sealed class EncryptColumnTests(PostgresServers servers) : IAsyncLifetime
{
    private const string Users =
        """
        CREATE TABLE users (id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, email text, email_encrypted bytea, email_index bytea);
        INSERT INTO users (email) SELECT CASE WHEN n % 100 <> 0 THEN 'User' || n || '@Example.COM' END FROM generate_series(1, 3000) n;
        """;

    private const string Both =
        "{from: users, set: {email_encrypted: {encrypt: {from: email, row: [id]}}, email_index: {blind_index: {from: email, purpose: users.email, normalise: email}}}, empty_before: true, passes: 3}";

    private const string Anew =
        "{from: users, set: {email_encrypted: {encrypt: {encrypted: true, row: [id]}}, email_index: {blind_index: {from: email_encrypted, encrypted: true, from_row: [id], purpose: users.email, normalise: email}}}}";

    private TestKeyring _keyring = null!;

    public async ValueTask InitializeAsync() => _keyring = await TestKeyring.MakeAsync();

    public ValueTask DisposeAsync() => _keyring.DisposeAsync();

    [Fact]
    public async Task Every_row_is_encrypted_and_indexed_and_verified_by_decrypting()
    {
        var fill = await MakeAsync(Both);
        var verified = await fill.RunAsync();
        Assert.Equal(("3000", "3000"), (verified.Evidence["rows"], verified.Evidence["right"]));
        Assert.Equal(2970, await ReadableAsync(fill));
        Assert.Equal(30, await fill.Database.ScalarAsync<long>("SELECT count(*) FROM users WHERE email_encrypted IS NULL AND email_index IS NULL"));
        Assert.Equal(["email_encrypted", "email_index"], _keyring.Noted.Select(c => c.Name).Distinct());
        Assert.DoesNotContain(fill.Run.Texts, t => t.Contains("Example", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task What_is_right_is_not_written_again()
    {
        var fill = await MakeAsync(Both);
        await fill.RunAsync();
        await fill.Database.ExecuteAsync("UPDATE progress SET state = NULL; CREATE TABLE seen AS SELECT id, xmin::text AS version FROM users");
        await fill.RunAsync();
        Assert.Equal(3000, await fill.Database.ScalarAsync<long>("SELECT count(*) FROM users u JOIN seen s ON s.id = u.id AND s.version = u.xmin::text"));
    }

    [Fact]
    public async Task An_email_that_changed_is_found_and_gets_its_own_ciphertext()
    {
        var fill = await MakeAsync(Both);
        await fill.RunAsync();
        await fill.Database.ExecuteAsync("UPDATE users SET email = 'changed@example.com' WHERE id % 7 = 1");
        var verified = await fill.VerifyAsync();
        Assert.Contains("different", AssertFailed(verified, FindingCodes.LeftOver).Message, StringComparison.Ordinal);
        Assert.Equal(("425", "4"), (verified.Evidence["different"], verified.Evidence["missing"]));
        await fill.RunAsync();
        // Every hundredth had none, and four of those have one now.
        Assert.Equal(2970 + await fill.Database.ScalarAsync<long>("SELECT count(*) FROM users WHERE id % 7 = 1 AND id % 100 = 0"), await ReadableAsync(fill));
    }

    [Fact]
    public async Task A_row_that_changes_under_a_batch_is_encrypted_as_it_is_then()
    {
        var fill = await MakeAsync(Both);
        var changed = 0;
        fill.Run.Before = async (_, _) =>
        {
            // Other sessions change some emails between a batch's reading and its writing.
            if (changed++ % 2 == 1)
                await fill.Database.ExecuteAsync($"UPDATE users SET email = 'moved{changed}@example.com' WHERE id IN (SELECT id FROM users WHERE id % 50 = {changed % 50} AND email IS NOT NULL FOR UPDATE SKIP LOCKED)");
        };
        AssertPassed(await fill.PrecheckAsync());
        AssertPassed(await fill.ApplyAsync());
        fill.Run.Before = null;
        await fill.RunAsync();
        Assert.Equal(2970, await ReadableAsync(fill));
    }

    [Fact]
    public async Task An_edited_and_a_moved_value_are_found_and_named_by_their_rows_without_a_value()
    {
        var fill = await MakeAsync(Both);
        await fill.RunAsync();
        await fill.Database.ExecuteAsync(
            """
            UPDATE users SET email_encrypted = set_byte(email_encrypted, length(email_encrypted) - 1, get_byte(email_encrypted, length(email_encrypted) - 1) # 1) WHERE id = 5;
            UPDATE users SET email_encrypted = (SELECT email_encrypted FROM users WHERE id = 8) WHERE id = 9;
            """);
        var verified = await fill.VerifyAsync();
        AssertFailed(verified, FindingCodes.LeftOver);
        Assert.Equal("2", verified.Evidence["different"]);
        foreach (var id in new[] { "5", "9" }) Assert.Contains(await DigestAsync(fill, id), verified.Evidence["first that are not"], StringComparison.Ordinal);
        Assert.DoesNotContain("@", verified.Evidence["first that are not"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rotation_goes_over_every_row_and_leaves_the_former_keys_without_use()
    {
        var fill = await MakeAsync(Both);
        await fill.RunAsync();
        // The plain column is gone by then.
        await fill.Database.ExecuteAsync("CREATE TABLE emails AS SELECT id, email FROM users; ALTER TABLE users DROP COLUMN email; UPDATE progress SET state = NULL");
        var (data, index) = (await _keyring.RotateAsync(KeyPurpose.Data), await _keyring.RotateAsync(KeyPurpose.Index));
        fill.Write(Anew);
        await fill.RunAsync();
        await fill.Database.ExecuteAsync("ALTER TABLE users ADD email text; UPDATE users u SET email = e.email FROM emails e WHERE e.id = u.id");
        Assert.Equal(2970, await ReadableAsync(fill));
        Assert.Equal(0, await fill.Database.ScalarAsync<long>($"SELECT count(*) FROM users WHERE encode(substr(email_encrypted, 2, 16), 'hex') = '{data}' OR encode(substr(email_index, 1, 16), 'hex') = '{index}'"));
    }

    [Fact]
    public async Task A_key_that_is_rotated_in_the_middle_of_a_backfill_is_taken_up_and_nothing_stays_under_the_former()
    {
        var fill = await MakeAsync(Both.Replace("passes: 3", "passes: 3, min_rows: 100, max_rows: 200", StringComparison.Ordinal));
        var rotated = false;
        KeyId former = default;
        fill.PauseRequested = () => !rotated;
        AssertPassed(await fill.PrecheckAsync());
        Assert.IsType<StepResult.Undecided>(await fill.ApplyAsync());
        former = await _keyring.RotateAsync(KeyPurpose.Data);
        rotated = true;
        // The application has the new key at once, and writes a row that the backfill has yet to read.
        var cipher = await _keyring.CipherAsync("public.users", "email_encrypted");
        var blob = await cipher.EncryptAsync(Encoding.UTF8.GetBytes("User2999@Example.COM"), RowKey.Of("2999"), TestContext.Current.CancellationToken);
        await fill.Database.ExecuteAsync($"UPDATE users SET email_encrypted = '\\x{Convert.ToHexStringLower(blob)}' WHERE id = 2999");
        AssertPassed(await fill.ApplyAsync());
        AssertPassed(await fill.VerifyAsync());
        Assert.Equal(2970, await ReadableAsync(fill));
        Assert.Equal(0, await fill.Database.ScalarAsync<long>($"SELECT count(*) FROM users WHERE encode(substr(email_encrypted, 2, 16), 'hex') = '{former}'"));
        Assert.Equal(1, await fill.Database.ScalarAsync<long>($"SELECT count(*) FROM users WHERE id = 2999 AND email_encrypted = '\\x{Convert.ToHexStringLower(blob)}'"));
    }

    [Fact]
    public async Task While_a_batch_is_on_its_way_the_run_says_that_it_still_writes_with_the_keys_that_it_had()
    {
        var fill = await MakeAsync(Both);
        AssertPassed(await fill.PrecheckAsync());
        var before = _keyring.Run.Position;
        Task<StepResult> applying;
        await using (var connection = await fill.Database.OpenAsync(cancellationToken: TestContext.Current.CancellationToken))
        {
            await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
            await using (var hold = new NpgsqlCommand("SELECT FROM users WHERE id = 5 FOR UPDATE", connection, transaction)) await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            applying = fill.ApplyAsync();
            await Patience.UntilAsync(async () => await fill.Database.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"), applying);
            await _keyring.RotateAsync(KeyPurpose.Data);
            await _keyring.Run.RefreshAsync(now: true, TestContext.Current.CancellationToken);
            Assert.Equal(before, _keyring.Run.Position);
        }
        AssertPassed(await applying);
        Assert.True(_keyring.Run.Position.Version > before.Version);
    }

    [Fact]
    public async Task What_the_application_encrypted_with_a_newer_key_than_the_run_knows_is_read_all_the_same()
    {
        var fill = await MakeAsync(Both);
        await fill.RunAsync();
        await fill.Database.ExecuteAsync("UPDATE users SET email_index = NULL; UPDATE progress SET state = NULL");
        await _keyring.RotateAsync(KeyPurpose.Data);
        var blob = await (await _keyring.CipherAsync("public.users", "email_encrypted")).EncryptAsync(Encoding.UTF8.GetBytes("User7@Example.COM"), RowKey.Of("7"), TestContext.Current.CancellationToken);
        await fill.Database.ExecuteAsync($"UPDATE users SET email_encrypted = '\\x{Convert.ToHexStringLower(blob)}' WHERE id = 7");
        fill.Write("{from: users, set: {email_index: {blind_index: {from: email_encrypted, encrypted: true, from_row: [id], purpose: users.email, normalise: email}}}}");
        AssertPassed(await fill.ApplyAsync());
        AssertPassed(await fill.VerifyAsync());
        Assert.Equal(2970, await ReadableAsync(fill));
    }

    [Fact]
    public async Task Encrypting_anew_leaves_a_row_that_cannot_be_read_as_it_is_and_stops()
    {
        var fill = await MakeAsync(Both);
        await fill.RunAsync();
        await _keyring.RotateAsync(KeyPurpose.Data);
        await fill.Database.ExecuteAsync("UPDATE users SET email_encrypted = (SELECT email_encrypted FROM users WHERE id = 8) WHERE id = 9; UPDATE progress SET state = NULL");
        fill.Write("{from: users, set: {email_encrypted: {encrypt: {encrypted: true, row: [id]}}}}");
        AssertPassed(await fill.PrecheckAsync());
        var finding = AssertFailed(await fill.ApplyAsync(), FindingCodes.TooManyFailures);
        Assert.Contains("cannot be read", finding.Message, StringComparison.Ordinal);
        Assert.Equal(1, await fill.Database.ScalarAsync<long>("SELECT count(*) FROM users a JOIN users b ON a.email_encrypted = b.email_encrypted WHERE a.id = 8 AND b.id = 9"));
    }

    [Fact]
    public async Task Without_a_key_the_step_does_not_begin_and_says_which_command_makes_one()
    {
        var fill = await Backfilling.MakeAsync(await servers.DefaultAsync(), Users, Both);
        Assert.Equal(FindingCodes.KeyMissing, Assert.Single(Assert.IsType<StepResult.Failed>(await fill.PrecheckAsync()).Findings).Code);
        await using var half = await TestKeyring.MakeAsync(KeyPurpose.Index);
        fill.Keyring = half.Run;
        var finding = AssertFailed(await fill.PrecheckAsync(), FindingCodes.KeyMissing);
        Assert.Equal("godwit keys create data", finding.Remedy);
    }

    private async Task<Backfilling> MakeAsync(string yaml)
    {
        var fill = await Backfilling.MakeAsync(await servers.DefaultAsync(), Users, yaml);
        fill.Keyring = _keyring.Run;
        return fill;
    }

    /// <summary>Rows whose encrypted email opens to the plain one, and whose index an application would look for.</summary>
    private async Task<long> ReadableAsync(Backfilling fill)
    {
        var cipher = await _keyring.CipherAsync("public.users", "email_encrypted");
        var index = new BlindIndex(await _keyring.KeysAsync(KeyPurpose.Index), "users.email", IndexNormalization.Email);
        await using var connection = await fill.Database.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT id, email, email_encrypted, email_index FROM users WHERE email IS NOT NULL", connection);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var right = 0L;
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            var email = reader.GetString(1);
            Assert.Equal(email, Encoding.UTF8.GetString(cipher.Decrypt(reader.GetFieldValue<byte[]>(2), RowKey.Of($"{reader.GetInt64(0)}"))));
            Assert.Contains(index.Candidates("", email.ToUpperInvariant()), c => c.SequenceEqual(reader.GetFieldValue<byte[]>(3)));
            right++;
        }
        return right;
    }

    private static async Task<string> DigestAsync(Backfilling fill, string id) => await fill.Database.ScalarAsync<string>(
        $"SELECT encode(substr(sha256(decode(state::json ->> 'digestKey', 'hex') || convert_to('{id}', 'UTF8')), 1, 16), 'hex') FROM progress");
}
