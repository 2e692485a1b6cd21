using Godwit.Journeys.Running;
using Godwit.Security.Keyring;
using Godwit.TestServers;

namespace Godwit.Journeys.Encryption;

/// <summary>A SQLite file is moved with its personal data encrypted, indexed and hashed on the way: nothing plain ever is in the target, and every value is proven.</summary>
public sealed class MovedClientsTests(PostgresServers servers)
{
    private const int Rows = 2500;

    [Fact]
    public async Task Every_value_opens_to_the_source_s_and_is_found_by_its_index_and_nothing_plain_is_anywhere()
    {
        await using var clients = await MovedClients.MakeAsync(servers, Rows);
        var moved = await clients.MoveAsync("--paranoid", "--range-rows", "300");
        moved.MustBeVerified();
        Assert.Equal((1, 1), await clients.ReadAsync(Rows));
        var verified = await clients.VerifyAsync("--paranoid");
        verified.MustBeVerified();
        Assert.Equal([], await clients.PlainPlacesAsync(moved, verified));
        // Unique API keys are unique hashes; a unique email has a ciphertext that is not.
        Assert.Equal(1L, (await clients.Journey.RowAsync("SELECT count(*) FROM pg_constraint WHERE conrelid = 'clients'::regclass AND contype = 'u'"))[0]);
    }

    [Theory]
    [InlineData("UPDATE clients SET email = set_byte(email, 40, get_byte(email, 40) # 1) WHERE id = 11", "11", "email")]
    [InlineData("UPDATE clients SET email = (SELECT email FROM clients WHERE id = 12) WHERE id = 11", "11", "email")]
    [InlineData("UPDATE clients SET email = convert_to('User11@plain-mark.example', 'UTF8') WHERE id = 11", "11", "email")]
    [InlineData("UPDATE clients SET email_index = (SELECT email_index FROM clients WHERE id = 12) WHERE id = 11", "11", "email_index")]
    [InlineData("UPDATE clients SET api_key_hash = overlay(api_key_hash placing 'AAAA' from 60) WHERE id = 11", "11", "api_key")]
    [InlineData("UPDATE clients SET email = NULL WHERE id = 11", "11", "email")]
    public async Task A_changed_or_transplanted_value_is_named_by_row_and_column(string damage, string row, string column)
    {
        await using var clients = await MovedClients.MakeAsync(servers, 50);
        (await clients.MoveAsync()).MustBeVerified();
        await clients.Journey.PsqlAsync(damage);
        var mismatch = Assert.Single((await clients.VerifyAsync()).MustBe(3).Document.Mismatches);
        Assert.Equal(("GW1501", "clients", row, column), (mismatch.Code, mismatch.Table, mismatch.Row, mismatch.Column));
    }

    [Fact]
    public async Task Killed_in_the_copy_and_resumed_after_a_rotation_every_row_is_there_once_and_no_key_is_retired_that_one_needs()
    {
        await using var clients = await MovedClients.MakeAsync(servers, 20_000);
        await clients.KillInCopyAsync("source.sqlite");
        var formers = new[] { await clients.RotateAsync(KeyPurpose.Data), await clients.RotateAsync(KeyPurpose.Index), await clients.RotateAsync(KeyPurpose.Pepper) };
        foreach (var former in formers) await Assert.ThrowsAsync<KeyringException>(() => clients.RetireAsync(former));
        (await clients.RunAsync("resume", "--json")).MustBeVerified();
        Assert.Equal((2, 2), await clients.ReadAsync(20_000));
        (await clients.VerifyAsync()).MustBeVerified();
        await clients.Journey.PsqlAsync("UPDATE clients SET email_index = (SELECT email_index FROM clients WHERE id = 1) WHERE id = 19999");
        Assert.Equal("19999", Assert.Single((await clients.VerifyAsync()).MustBe(3).Document.Mismatches).Row);
    }

    [Fact]
    public async Task Without_a_master_key_it_is_refused_before_anything_is_made_and_so_are_resuming_and_verifying()
    {
        await using var clients = await MovedClients.MakeAsync(servers, 20_000);
        clients.Journey.Environment["GODWIT_MASTER_KEY_FILE"] = null;
        var refused = (await clients.MoveAsync()).MustBe(1);
        Assert.Contains("GODWIT_MASTER_KEY", refused.Finding("GW1749").Remedy, StringComparison.Ordinal);
        Assert.Equal(0L, (await clients.Journey.RowAsync("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"))[0]);
        clients.Journey.Environment["GODWIT_MASTER_KEY_FILE"] = clients.Journey.Folder.File("master.key");
        await clients.KillInCopyAsync("source.sqlite");
        clients.Journey.Environment["GODWIT_MASTER_KEY_FILE"] = null;
        _ = (await clients.RunAsync("resume", "--json")).MustBe(1).Finding("GW1749");
        clients.Journey.Environment["GODWIT_MASTER_KEY_FILE"] = clients.Journey.Folder.File("master.key");
        (await clients.RunAsync("resume", "--json")).MustBeVerified();
        clients.Journey.Environment["GODWIT_MASTER_KEY_FILE"] = null;
        _ = (await clients.VerifyAsync()).MustBe(1).Finding("GW1749");
    }

    [Fact]
    public async Task The_certificate_names_columns_and_purposes_and_the_keyring_knows_the_columns()
    {
        await using var clients = await MovedClients.MakeAsync(servers, 50);
        (await clients.MoveAsync()).MustBeVerified();
        var text = await File.ReadAllTextAsync(clients.Journey.Folder.Certificate, TestContext.Current.CancellationToken);
        Assert.Contains("clients.email", text, StringComparison.Ordinal);
        Assert.Contains("\"keys\": \"data\"", text, StringComparison.Ordinal);
        (await clients.RunAsync("certificate", "verify", clients.Journey.Folder.Certificate)).MustBe(0);
        Assert.Equal(["api_key_hash pepper", "email data", "email_index index", "name_encrypted data"], await clients.Journey.TextsAsync("SELECT column_name || ' ' || kind FROM godwit.key_columns ORDER BY 1"));
    }
}
