using Godwit.TestServers;

namespace Godwit.Journeys.Keys;

/// <summary><c>godwit keys</c> on the target of a runbook.</summary>
public sealed class KeyringCommandTests(PostgresServers servers)
{
    [Fact]
    public async Task A_key_is_made_rotated_retired_and_destroyed_and_each_step_is_listed()
    {
        using var keys = await KeyFolder.PrepareAsync(servers);
        var first = await keys.KeyAsync("create", "data");
        Assert.Contains("GW1896", (await keys.RunAsync("keys", "create", "data")).MustBe(1).Output, StringComparison.Ordinal);
        Assert.Contains("rotate it first", (await keys.RunAsync("keys", "retire", first)).MustBe(1).Output, StringComparison.Ordinal);
        var second = await keys.KeyAsync("rotate", "data");
        Assert.Equal(("decrypt-only", "active"), (await keys.StateAsync(first), await keys.StateAsync(second)));
        await keys.KeyAsync("retire", first);
        await keys.KeyAsync("destroy", first);
        Assert.Equal("destroyed", await keys.StateAsync(first));
        (await keys.RunAsync("keys", "destroy", second)).MustBe(1);
        (await keys.RunAsync("keys", "retire", "no-id")).MustBe(2);
        (await keys.RunAsync("keys", "create", "No Purpose")).MustBe(2);
        Assert.Equal(5, await keys.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.key_changes"));
    }

    [Fact]
    public async Task A_rotation_waits_for_hosts_that_do_not_know_the_next_key_and_goes_on_where_it_was_left()
    {
        using var keys = await KeyFolder.PrepareAsync(servers);
        var first = await keys.KeyAsync("create", "index");
        await keys.Target.ExecuteAsync("INSERT INTO godwit.key_hosts (host, name, keyring_version, keyring_token, lasts) SELECT gen_random_uuid(), 'old-host', 1, lineage[1], interval '1 hour' FROM godwit.keyring");
        var waiting = await keys.JsonAsync(5, "keys", "rotate", "index", "--wait", "1");
        Assert.Contains("old-host", KeyFolder.MessagesOf(waiting), StringComparison.Ordinal);
        Assert.Equal("active", await keys.StateAsync(first));
        (await keys.RunAsync("keys", "announce", "index")).MustBe(1);
        await keys.Target.ExecuteAsync("UPDATE godwit.key_hosts SET keyring_version = 2, keyring_token = (SELECT lineage[2] FROM godwit.keyring)");
        await keys.KeyAsync("rotate", "index");
        Assert.Equal("decrypt-only", await keys.StateAsync(first));
        // Silent for longer than it said it would be: it counts no more.
        await keys.KeyAsync("announce", "index");
        (await keys.RunAsync("keys", "activate", "index")).MustBe(5);
        await keys.Target.ExecuteAsync("UPDATE godwit.key_hosts SET heartbeat = heartbeat - interval '2 hours'");
        await keys.KeyAsync("activate", "index");
    }

    [Fact]
    public async Task A_key_that_a_column_needs_is_not_retired_and_the_refusal_says_which()
    {
        using var keys = await KeyFolder.PrepareAsync(servers);
        var first = await keys.KeyAsync("create", "pepper");
        await keys.KeyAsync("rotate", "pepper");
        await keys.Target.ExecuteAsync($"""
            CREATE TABLE public.clients (id int, api_key text);
            INSERT INTO public.clients SELECT n, 'gwp1.{first}.' || repeat('A', 43) FROM generate_series(1, 3) n;
            INSERT INTO godwit.key_columns VALUES ('public', 'clients', 'api_key', 'pepper', 'text');
            """);
        Assert.Contains("clients.api_key: 3 rows", KeyFolder.MessagesOf(await keys.JsonAsync(1, "keys", "retire", first)), StringComparison.Ordinal);
        await keys.Target.ExecuteAsync("DELETE FROM public.clients");
        await keys.KeyAsync("retire", first);
    }

    [Fact]
    public async Task A_column_is_registered_by_command_and_taken_out_when_nothing_in_it_needs_a_key()
    {
        using var keys = await KeyFolder.PrepareAsync(servers);
        var first = await keys.KeyAsync("create", "pepper");
        await keys.KeyAsync("rotate", "pepper");
        await keys.Target.ExecuteAsync($"""
            CREATE TABLE public.clients (id int, api_key text, phone bytea, fax text);
            INSERT INTO public.clients VALUES (1, 'gwp1.{first}.' || repeat('A', 43));
            """);
        Assert.Contains("there is no column public.clients.api_hash", KeyFolder.MessagesOf(await keys.JsonAsync(1, "keys", "column", "add", "clients.api_hash", "--kind", "pepper")), StringComparison.Ordinal);
        Assert.Contains("base64 or hex", KeyFolder.MessagesOf(await keys.JsonAsync(1, "keys", "column", "add", "clients.fax", "--kind", "data")), StringComparison.Ordinal);
        Assert.Contains("stand in a bytea", KeyFolder.MessagesOf(await keys.JsonAsync(1, "keys", "column", "add", "clients.phone", "--kind", "index", "--encoding", "hex")), StringComparison.Ordinal);
        (await keys.RunAsync("keys", "column", "add", "phone", "--kind", "data")).MustBe(2);
        await keys.JsonAsync(0, "keys", "column", "add", "clients.api_key", "--kind", "pepper");
        await keys.JsonAsync(0, "keys", "column", "add", "public.clients.phone", "--kind", "data");
        Assert.Equal(
            ["api_key pepper text", "phone data binary"],
            (await keys.JsonAsync(0, "keys", "column", "list")).GetProperty("keyColumns").EnumerateArray().Select(c => $"{c.GetProperty("column")} {c.GetProperty("kind")} {c.GetProperty("encoding")}"));

        Assert.Contains("clients.api_key: 1 rows", KeyFolder.MessagesOf(await keys.JsonAsync(1, "keys", "retire", first)), StringComparison.Ordinal);
        Assert.Contains("clients.api_key has 1 values", KeyFolder.MessagesOf(await keys.JsonAsync(1, "keys", "column", "remove", "clients.api_key")), StringComparison.Ordinal);
        // A table that is gone stands in the way until it is taken out.
        await keys.Target.ExecuteAsync("DROP TABLE public.clients");
        Assert.Contains("godwit keys column", KeyFolder.MessagesOf(await keys.JsonAsync(1, "keys", "retire", first)), StringComparison.Ordinal);
        foreach (var column in (string[])["clients.api_key", "clients.phone"]) await keys.JsonAsync(0, "keys", "column", "remove", column);
        await keys.JsonAsync(1, "keys", "column", "remove", "clients.phone");
        await keys.KeyAsync("retire", first);
    }

    [Fact]
    public async Task Status_ends_with_1_when_a_key_has_to_be_rotated_and_with_3_when_the_keyring_was_changed_by_hand()
    {
        using var keys = await KeyFolder.PrepareAsync(servers);
        var id = await keys.KeyAsync("create", "data");
        var status = (await keys.JsonAsync(0, "keys", "status")).GetProperty("keys")[0];
        Assert.Equal(("no", 0L, 1L << 30), (status.GetProperty("due").GetString(), status.GetProperty("values").GetInt64(), status.GetProperty("budget").GetInt64()));
        await keys.Target.ExecuteAsync($"INSERT INTO godwit.key_counts VALUES ('{id}', {(1L << 30) / 4 * 3})");
        var overdue = await keys.JsonAsync(1, "keys", "status");
        Assert.Equal(("overdue", "overdue"), (overdue.GetProperty("outcome").GetString(), overdue.GetProperty("keys")[0].GetProperty("due").GetString()));
        Assert.Equal("GW1897", overdue.GetProperty("findings")[0].GetProperty("code").GetString());
        await keys.KeyAsync("rotate", "data");
        await keys.JsonAsync(0, "keys", "status");

        await keys.Target.ExecuteAsync($"UPDATE godwit.keys SET state = 'Retired' WHERE id = '{id}'");
        Assert.Equal("changed", (await keys.JsonAsync(3, "keys", "status")).GetProperty("outcome").GetString());
        (await keys.RunAsync("keys", "rotate", "data")).MustBe(1);
        // An auditor without the master key sees the keys, and is told what was not looked at.
        keys.Folder.Environment["GODWIT_MASTER_KEY_FILE"] = null;
        Assert.Contains("was not looked at", KeyFolder.MessagesOf(await keys.JsonAsync(0, "keys", "list")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_master_key_takes_over_without_a_key_being_lost()
    {
        using var keys = await KeyFolder.PrepareAsync(servers);
        foreach (var purpose in (string[])["data", "index", "person"]) await keys.KeyAsync("create", purpose);
        var next = await keys.MasterAsync("next.hex");
        Assert.Contains("GW1896", (await keys.RunAsync("keys", "rewrap")).MustBe(1).Output, StringComparison.Ordinal);
        keys.Folder.Environment["GODWIT_FORMER_MASTER_KEY_FILE"] = keys.Folder.In("master.hex");
        Assert.Equal(3, (await keys.JsonAsync(0, "keys", "rewrap")).GetProperty("count").GetInt64());
        keys.Folder.Environment["GODWIT_FORMER_MASTER_KEY_FILE"] = null;
        Assert.All((await keys.JsonAsync(0, "keys", "list")).GetProperty("keys").EnumerateArray(), k => Assert.Equal(next, k.GetProperty("masterKey").GetString()));
        await keys.KeyAsync("rotate", "data");
    }

    [Fact]
    public async Task Without_a_master_key_production_is_refused_and_a_developer_gets_one()
    {
        using var keys = await KeyFolder.PrepareAsync(servers);
        keys.Folder.Environment["GODWIT_MASTER_KEY_FILE"] = null;
        Assert.Contains("godwit keys master create --out FILE", KeyFolder.MessagesOf(await keys.JsonAsync(1, "keys", "create", "data")), StringComparison.Ordinal);
        keys.Folder.Environment["GODWIT_ENVIRONMENT"] = "development";
        await keys.KeyAsync("create", "data");
        Assert.True(File.Exists(Path.Combine(keys.Folder.Environment["GODWIT_HOME"]!, "development-master-key.hex")));
        (await keys.RunAsync("keys", "master", "escrow", "--shares", "3", "--threshold", "2", "--out", keys.Folder.In("shares"))).MustBe(1);
        keys.Folder.Environment["GODWIT_ENVIRONMENT"] = "production";
        (await keys.RunAsync("keys", "create", "index")).MustBe(1);
    }
}
