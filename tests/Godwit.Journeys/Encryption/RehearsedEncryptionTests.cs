using System.Text.Json;
using Godwit.Journeys.Rehearsals;
using Godwit.TestServers;

namespace Godwit.Journeys.Encryption;

/// <summary>A plan that encrypts, rehearsed on a copy with the copy's keyring, carried out, and taken back without any key.</summary>
public sealed class RehearsedEncryptionTests(PostgresServers servers)
{
    [Fact]
    public async Task A_copy_is_encrypted_with_its_own_keyring_and_the_way_back_needs_no_key()
    {
        using var shop = await RehearsalFolder.PrepareAsync(servers, "CREATE TABLE users (id bigint PRIMARY KEY, email text); INSERT INTO users SELECT n, 'User' || n || '@example.com' FROM generate_series(1, 500) n");
        var (_, master) = await EncryptedUsers.MakeKeysAsync(shop.Folder);
        using var held = master;
        shop.Folder.Sql("columns.sql", "ALTER TABLE users ADD email_encrypted bytea, ADD email_index bytea", "ALTER TABLE users DROP email_encrypted, DROP email_index");
        shop.Runbook(
            """
              expand:
                steps:
                  - sql: columns.sql
              backfill:
                steps:
                  - id: encrypt
                    backfill:
                      from: users
                      set:
                        email_encrypted: {encrypt: {from: email, row: [id]}}
                        email_index: {blind_index: {from: email, purpose: users.email, normalise: email}}
                      empty_before: true
            """);
        await shop.BackUpAsync();
        var uses = await UnwrapsAsync(shop);
        var made = (await shop.RehearseAsync(0, "--count", "1")).GetProperty("made")[0];
        Assert.Equal("Good", made.GetProperty("outcome").GetString());
        Assert.Equal(500, StepOf(made).GetProperty("rows").GetInt64());
        // Only the copy's keys were unwrapped, and only there was it noted.
        Assert.Equal(uses, await UnwrapsAsync(shop));
        Assert.Equal(0, await shop.Folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.key_columns"));

        (await shop.Folder.RunAsync("run")).MustBe(0);
        Assert.Equal(500, await shop.Folder.Target.ScalarAsync<long>("SELECT count(*) FROM users WHERE email_encrypted IS NOT NULL AND email_index IS NOT NULL"));
        shop.Folder.Environment["GODWIT_MASTER_KEY_FILE"] = null;
        (await shop.Folder.RunAsync("rollback")).MustBe(6);
        Assert.Equal(2, await shop.Folder.Target.ScalarAsync<long>("SELECT count(*) FROM information_schema.columns WHERE table_schema = 'public' AND table_name = 'users'"));
    }

    private static JsonElement StepOf(JsonElement made) => made.GetProperty("legs")[0].GetProperty("phases")[1].GetProperty("steps")[0];

    private static Task<long> UnwrapsAsync(RehearsalFolder shop) => shop.Folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.key_unwraps");
}
