using System.Text;
using Godwit.Model.Findings;
using Godwit.Security.Fields;
using Godwit.Security.Keyring;
using Godwit.TestServers;
using static Godwit.Postgres.Tests.Backfill.Backfilling;

namespace Godwit.Postgres.Tests.Backfill;

/// <summary>Values under the data key of the person whom they are about: there, back as text, and gone when the key is.</summary>
public sealed class PersonalTests(PostgresServers servers) : IAsyncLifetime
{
    private const string Legacy =
        """
        CREATE TABLE legacy_users (id int PRIMARY KEY, uuid uuid NOT NULL, email text);
        INSERT INTO legacy_users SELECT n, md5(n::text)::uuid, CASE WHEN n % 10 > 0 THEN 'User' || n || '@example.com' END FROM generate_series(1, 500) n;
        CREATE TABLE users (uuid uuid PRIMARY KEY, email_encrypted bytea, marker text);
        CREATE TABLE returned (uuid uuid PRIMARY KEY, email text, marker text);
        """;

    private const string There =
        """
        from: legacy_users
        into: users
        conflict: [uuid]
        marker: marker
        columns:
          uuid: {copy: uuid}
          email_encrypted: {encrypt_personal: {from: email, person: uuid, row: [uuid]}}
        """;

    private const string Back =
        """
        from: users
        into: returned
        conflict: [uuid]
        marker: marker
        columns:
          uuid: {copy: uuid}
          email: {decrypt_personal: {from: email_encrypted, person: uuid, from_row: [uuid]}}
        """;

    private TestKeyring _keyring = null!;

    public async ValueTask InitializeAsync() => _keyring = await TestKeyring.MakeAsync(KeyPurpose.Person);

    public ValueTask DisposeAsync() => _keyring.DisposeAsync();

    [Fact]
    public async Task Each_value_opens_with_the_key_of_its_person_and_comes_back_as_it_was()
    {
        var fill = await MakeAsync();
        Assert.Equal("500", (await fill.RunAsync()).Evidence["right"]);
        var persons = await _keyring.PersonsAsync();
        var rows = (await fill.Database.ScalarAsync<string[]>("SELECT array_agg(uuid || ' ' || encode(email_encrypted, 'hex')) FROM (SELECT * FROM users WHERE email_encrypted IS NOT NULL ORDER BY uuid LIMIT 20) u"))!;
        Assert.Equal(20, rows.Length);
        foreach (var row in rows.Select(r => r.Split(' ')))
        {
            await using var person = await persons.OpenAsync(row[0], TestContext.Current.CancellationToken);
            var email = Encoding.UTF8.GetString(_keyring.CipherOf(person!, "public.users", "email_encrypted").Decrypt(Convert.FromHexString(row[1]), RowKey.Of(row[0])));
            Assert.StartsWith("User", email, StringComparison.Ordinal);
        }
        // Who has no value has no key either.
        Assert.Null(await persons.OpenAsync(await fill.Database.ScalarAsync<string>("SELECT uuid::text FROM legacy_users WHERE id = 10"), TestContext.Current.CancellationToken));

        await fill.Database.ExecuteAsync("UPDATE progress SET state = NULL");
        fill.Write(Back);
        Assert.Equal("500", (await fill.RunAsync()).Evidence["right"]);
        Assert.Equal(0, await fill.Database.ScalarAsync<long>("SELECT count(*) FROM legacy_users l JOIN returned r USING (uuid) WHERE l.email IS DISTINCT FROM r.email"));
    }

    [Fact]
    public async Task A_second_pass_keeps_what_is_right_and_a_value_of_somebody_else_is_a_failing_row()
    {
        var fill = await MakeAsync();
        await fill.RunAsync();
        await fill.Database.ExecuteAsync("UPDATE progress SET state = NULL; UPDATE users SET marker = 'another run'");
        Assert.Equal("500", (await fill.RunAsync()).Evidence["right"]);
        await fill.Database.ExecuteAsync(
            "UPDATE users SET email_encrypted = (SELECT email_encrypted FROM users WHERE uuid = md5('8')::uuid) WHERE uuid = md5('9')::uuid; UPDATE progress SET state = NULL; UPDATE users SET marker = 'another run'");
        AssertPassed(await fill.PrecheckAsync());
        AssertFailed(await fill.ApplyAsync(), FindingCodes.TooManyFailures);
    }

    [Fact]
    public async Task Who_was_erased_is_not_encrypted_for_again()
    {
        var fill = await MakeAsync();
        await (await _keyring.PersonsAsync()).ShredAsync(await fill.Database.ScalarAsync<string>("SELECT uuid::text FROM legacy_users WHERE id = 9"), TestContext.Current.CancellationToken);
        AssertPassed(await fill.PrecheckAsync());
        Assert.Contains("erased", AssertFailed(await fill.ApplyAsync(), FindingCodes.TooManyFailures).Message, StringComparison.Ordinal);
        Assert.Equal(0, await fill.Database.ScalarAsync<long>("SELECT count(*) FROM users WHERE uuid = md5('9')::uuid"));
    }

    [Fact]
    public async Task What_is_to_go_back_is_carried_out_by_the_undo_again_and_again_and_by_nothing_else()
    {
        var fill = await MakeAsync();
        await fill.RunAsync();
        await fill.Database.ExecuteAsync("UPDATE progress SET state = NULL");
        fill.Write(Back.Replace("marker: marker", "back: true", StringComparison.Ordinal));
        AssertPassed(await fill.PrecheckAsync());
        AssertPassed(await fill.ApplyAsync());
        AssertPassed(await fill.VerifyAsync());
        Assert.Equal(0, await fill.Database.ScalarAsync<long>("SELECT count(*) FROM returned"));
        Assert.Null(fill.Step.Irreversible);
        AssertPassed(await fill.UndoAsync());
        Assert.Equal(450, await fill.Database.ScalarAsync<long>("SELECT count(*) FROM legacy_users l JOIN returned r USING (uuid) WHERE l.email = r.email"));
        // Forward and back once more, with somebody who came meanwhile.
        AssertPassed(await fill.PrecheckAsync());
        AssertPassed(await fill.ApplyAsync());
        await fill.Database.ExecuteAsync("INSERT INTO users (uuid) VALUES (gen_random_uuid())");
        AssertPassed(await fill.UndoAsync());
        Assert.Equal(501, await fill.Database.ScalarAsync<long>("SELECT count(*) FROM returned"));
    }

    [Fact]
    public async Task What_cannot_be_read_is_not_left_behind_in_silence()
    {
        var fill = await MakeAsync();
        await fill.RunAsync();
        await fill.Database.ExecuteAsync("UPDATE progress SET state = NULL; UPDATE users SET email_encrypted = set_byte(email_encrypted, 40, 0) || '\\x00' WHERE uuid = md5('9')::uuid");
        fill.Write(Back.Replace("marker: marker", "back: true", StringComparison.Ordinal));
        AssertFailed(await fill.UndoAsync(), FindingCodes.TooManyFailures);
    }

    private async Task<Backfilling> MakeAsync()
    {
        var fill = await Backfilling.MakeAsync(await servers.DefaultAsync(), Legacy, There);
        fill.Keyring = _keyring.Run;
        return fill;
    }
}
