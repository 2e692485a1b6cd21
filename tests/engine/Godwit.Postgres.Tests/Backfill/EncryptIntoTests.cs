using System.Text;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Godwit.Security.Fields;
using Godwit.Security.Keyring;
using Godwit.Security.Peppers;
using Godwit.TestServers;
using Npgsql;
using static Godwit.Postgres.Tests.Backfill.Backfilling;

namespace Godwit.Postgres.Tests.Backfill;

/// <summary>Another table, whose rows hold encrypted values and hashes under the pepper.</summary>
public sealed class EncryptIntoTests(PostgresServers servers) : IAsyncLifetime
{
    private const string Legacy =
        """
        CREATE TABLE legacy_users (id int PRIMARY KEY, email text NOT NULL, api_key text NOT NULL);
        INSERT INTO legacy_users SELECT n, 'User' || n || '@example.com', 'key-' || n FROM generate_series(1, 500) n;
        CREATE TABLE users (id bigint PRIMARY KEY, email_encrypted bytea NOT NULL, email_index bytea NOT NULL UNIQUE, api_key_hash text NOT NULL, marker text);
        """;

    private const string Into =
        """
        from: legacy_users
        into: users
        conflict: [id]
        marker: marker
        columns:
          id: {copy: id}
          email_encrypted: {encrypt: {from: email, row: [id]}}
          email_index: {blind_index: {from: email, purpose: users.email, normalise: email}}
          api_key_hash: {pepper: {from: api_key, purpose: api-key}}
        """;

    private TestKeyring _keyring = null!;

    public async ValueTask InitializeAsync() => _keyring = await TestKeyring.MakeAsync();

    public ValueTask DisposeAsync() => _keyring.DisposeAsync();

    [Fact]
    public async Task Rows_arrive_bound_to_where_they_are_and_a_second_run_knows_them_again()
    {
        var fill = await MakeAsync(Into);
        Assert.Equal("500", (await fill.RunAsync()).Evidence["right"]);
        await fill.Database.ExecuteAsync("UPDATE progress SET state = NULL; ALTER TABLE users ALTER marker SET DEFAULT NULL; UPDATE users SET marker = 'another run'");
        Assert.Equal("500", (await fill.RunAsync()).Evidence["right"]);
        Assert.Equal(500, await ReadableAsync(fill));
    }

    [Fact]
    public async Task What_is_there_under_a_former_key_counts_apart_and_is_not_inserted_again()
    {
        var fill = await MakeAsync(Into);
        await fill.RunAsync();
        await _keyring.RotateAsync(KeyPurpose.Data);
        await _keyring.RotateAsync(KeyPurpose.Pepper);
        await _keyring.Run.RefreshAsync(now: true, TestContext.Current.CancellationToken);
        AssertPassed(await fill.ApplyAsync());
        var verified = await fill.VerifyAsync();
        AssertPassed(verified);
        Assert.Equal("500", verified.Evidence["under a former key"]);
        Assert.Equal(500, await ReadableAsync(fill));
    }

    [Fact]
    public async Task Another_value_in_the_place_of_one_is_a_failing_row()
    {
        var fill = await MakeAsync(Into);
        await fill.RunAsync();
        await fill.Database.ExecuteAsync("UPDATE users SET email_encrypted = (SELECT email_encrypted FROM users WHERE id = 8) WHERE id = 9; UPDATE progress SET state = NULL; UPDATE users SET marker = 'another run'");
        AssertPassed(await fill.PrecheckAsync());
        AssertFailed(await fill.ApplyAsync(), FindingCodes.TooManyFailures);
        Assert.Equal(500, await fill.Database.ScalarAsync<long>("SELECT count(*) FROM users"));
    }

    [Theory]
    [InlineData("conflict: [email_index]", "conflict: [id]", "another once a key is rotated")]
    [InlineData("row: [client]", "row: [id]", "not among columns")]
    [InlineData("row: [email_index]", "row: [id]", "another value each time")]
    public void What_no_second_run_would_know_again_is_refused(string wrong, string right, string reason)
    {
        var findings = Kind.Check(Read(Into.Replace(right, wrong, StringComparison.Ordinal)), new Dictionary<string, PlannedFile>(StringComparer.Ordinal)).ToList();
        Assert.Contains(findings, f => f.Message.Contains(reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_column_that_prints_its_source_differently_cannot_bind_a_value()
    {
        var fill = await Backfilling.MakeAsync(
            await servers.DefaultAsync(), "CREATE TABLE a (id text PRIMARY KEY, v text); CREATE TABLE b (id numeric(10,2) PRIMARY KEY, v bytea)",
            "{from: a, into: b, conflict: [id], undo_where: 'true', columns: {id: {copy: id}, v: {encrypt: {row: [id]}}}}");
        fill.Keyring = _keyring.Run;
        Assert.Contains("prints differently", AssertFailed(await fill.PrecheckAsync(), FindingCodes.BackfillTable).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hashes_that_nobody_presents_are_wrapped_where_they_stand_and_still_verify()
    {
        var fill = await MakeAsync(Into);
        await fill.RunAsync();
        await _keyring.RotateAsync(KeyPurpose.Pepper);
        await fill.Database.ExecuteAsync("UPDATE progress SET state = NULL");
        fill.Write("{from: users, set: {api_key_hash: {pepper: {of: hash, purpose: api-key}}}}");
        Assert.Equal("500", (await fill.RunAsync()).Evidence["right"]);
        Assert.Equal(500, await ReadableAsync(fill));
        Assert.Equal(500, await fill.Database.ScalarAsync<long>("SELECT count(*) FROM users WHERE api_key_hash LIKE 'gwp1.%+%.%'"));
    }

    private async Task<Backfilling> MakeAsync(string yaml)
    {
        var fill = await Backfilling.MakeAsync(await servers.DefaultAsync(), Legacy, yaml);
        fill.Keyring = _keyring.Run;
        return fill;
    }

    private async Task<int> ReadableAsync(Backfilling fill)
    {
        var cipher = await _keyring.CipherAsync("public.users", "email_encrypted");
        var pepper = new Pepper(await _keyring.KeysAsync(KeyPurpose.Pepper), "api-key");
        await using var connection = await fill.Database.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT id, email_encrypted, api_key_hash FROM users", connection);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var right = 0;
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            var id = reader.GetInt64(0);
            Assert.Equal($"User{id}@example.com", Encoding.UTF8.GetString(cipher.Decrypt(reader.GetFieldValue<byte[]>(1), RowKey.Of($"{id}"))));
            Assert.True(PepperedHash.TryParse(reader.GetString(2), out var hash) && pepper.Verify(Encoding.UTF8.GetBytes($"key-{id}"), hash));
            right++;
        }
        return right;
    }
}
