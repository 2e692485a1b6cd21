using Godwit.TestServers;
using Npgsql;

namespace Godwit.Journeys.Tenants;

/// <summary>What the runbook <c>tenants</c> promises, beside that it works.</summary>
public sealed class TenantsRunbookTests(PostgresServers servers)
{
    private const string Hash = "gwp1.0123456789abcdef0123456789abcdef.0123456789abcdef0123456789abcdef0123456789A";

    [Fact]
    public async Task Without_the_pepper_nothing_begins()
    {
        using var service = await TenantsService.PrepareAsync(servers);
        service.Environment["GODWIT_MASTER_KEY_FILE"] = null;
        Assert.Contains("GW1749", (await service.RunAsync("run")).MustBe(1).Output, StringComparison.Ordinal);
        // A keyring, and no pepper in it.
        await service.Target.ExecuteAsync("DROP SCHEMA godwit CASCADE");
        service.Environment["GODWIT_MASTER_KEY_FILE"] = service.MasterKeyFile;
        Assert.Contains("godwit keys create pepper", (await service.RunAsync("run")).MustBe(1).Output, StringComparison.Ordinal);
        Assert.False(await service.Target.ScalarAsync<bool>("SELECT to_regclass('public.api_keys') IS NOT NULL"));
    }

    [Fact]
    public async Task The_run_waits_for_the_release_that_the_new_tables_need()
    {
        using var service = await TenantsService.PrepareAsync(servers, keep: TenantsService.Attested);
        Assert.Contains("release-in-use of backfill: NoData", (await service.RunAsync("run")).MustBe(5).Output, StringComparison.Ordinal);
        await service.Target.ExecuteAsync("UPDATE public.clients SET api_key = 'changed in time' WHERE name = 'client 1'");
        await service.AttestAsync();
        (await service.RunAsync("resume")).MustBe(0);
        Assert.Equal(43, await service.Target.ScalarAsync<long>("SELECT count(*) FROM public.api_keys"));
    }

    [Fact]
    public async Task A_table_of_the_name_clients_that_is_another_is_refused()
    {
        using var service = await TenantsService.PrepareAsync(servers, "CREATE TABLE public.clients (id bigint PRIMARY KEY, api_key text, created_at timestamptz)");
        Assert.Contains("there is no column clients.id of type uuid", (await service.RunAsync("run")).MustBe(5).Output, StringComparison.Ordinal);
        (await service.RunAsync("rollback")).MustBe(6);
    }

    [Fact]
    public async Task Metering_is_immutable_raw_keys_stay_frozen_and_are_cleared_at_the_end()
    {
        using var service = await TenantsService.PrepareAsync(servers);
        (await service.RunAsync("run")).MustBe(0);
        var target = service.Target;
        Assert.Equal(43, await target.ScalarAsync<long>("SELECT count(*) FROM public.api_keys k JOIN public.clients c ON c.id = k.client_id AND c.created_at = k.created_at WHERE c.api_key IS NOT NULL"));
        await RefusesAsync(target, "UPDATE public.clients SET api_key = 'another' WHERE name = 'client 1'");
        await RefusesAsync(target, "UPDATE public.clients SET api_key = NULL WHERE name = 'client 1'");
        await RefusesAsync(target, "INSERT INTO public.clients VALUES (gen_random_uuid(), 'new', 'raw', now())");
        await target.ExecuteAsync("INSERT INTO public.clients VALUES (gen_random_uuid(), 'new', NULL, now()); UPDATE public.clients SET name = 'renamed' WHERE name = 'client 1'");

        (await service.RunAsync("finish", "--early", "a test")).MustBe(0);
        Assert.Equal(0, await target.ScalarAsync<long>("SELECT count(api_key) FROM public.clients"));
        await RefusesAsync(target, "UPDATE public.clients SET api_key = 'back again' WHERE name = 'renamed'");
        await target.ExecuteAsync("INSERT INTO public.usage_events (client_id, kind, request_id) SELECT id, 'call', 'r1' FROM public.clients");
        await RefusesAsync(target, "UPDATE public.usage_events SET quantity = 2");
        await RefusesAsync(target, "DELETE FROM public.usage_events");
        await RefusesAsync(target, "TRUNCATE public.usage_events");
        // Raw keys are gone: nothing goes back past that.
        Assert.Contains("cannot be undone", (await service.RunAsync("rollback")).MustBe(1).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Going_back_stops_before_it_would_lose_a_key_that_a_client_was_given_since()
    {
        using var service = await TenantsService.PrepareAsync(servers);
        (await service.RunAsync("run")).MustBe(0);
        await service.Target.ExecuteAsync($"INSERT INTO public.api_keys (client_id, name, api_key_hash) SELECT id, 'new', '{Hash}' FROM public.clients LIMIT 1");
        Assert.Contains("api_keys holds keys that the legacy service does not know", (await service.RunAsync("rollback")).MustBe(5).Output, StringComparison.Ordinal);
        Assert.Equal(1, await service.Target.ScalarAsync<long>("SELECT count(*) FROM public.api_keys"));
        await service.Target.ExecuteAsync("DELETE FROM public.api_keys");
        (await service.RunAsync("rollback")).MustBe(6);
        Assert.Equal("clients", await service.Target.ScalarAsync<string>("SELECT string_agg(tablename, ',') FROM pg_tables WHERE schemaname = 'public'"));
        Assert.Equal(43, await service.Target.ScalarAsync<long>("SELECT count(api_key) FROM public.clients"));
        Assert.Contains("{ * blue; }", await File.ReadAllTextAsync(Path.Combine(service.Folder, "routes", "key-lookup.conf"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static async Task RefusesAsync(TestDatabase target, string sql)
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => target.ExecuteAsync(sql));
        Assert.Equal(PostgresErrorCodes.RestrictViolation, refused.SqlState);
    }
}
