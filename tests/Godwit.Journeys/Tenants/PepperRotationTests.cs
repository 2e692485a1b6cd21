using System.Globalization;
using System.Text;
using Godwit.Journeys.Running;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Journeys.Tenants;

/// <summary>
/// <c>runbooks/tenants/rotate-pepper.yaml</c> under the lookups of two hosts: two peppers are live, dormant hashes are wrapped, used ones are hashed anew, and the former pepper goes.
/// </summary>
public sealed class PepperRotationTests(PostgresServers servers)
{
    private const int Clients = 2400;

    /// <summary>Every third key is dormant: nobody presents it before the rotation is over.</summary>
    private static readonly string s_legacy = string.Create(CultureInfo.InvariantCulture, $"""
        CREATE TABLE public.clients (id uuid PRIMARY KEY, name text NOT NULL, api_key text UNIQUE, created_at timestamptz NOT NULL);
        INSERT INTO public.clients SELECT gen_random_uuid(), 'client ' || i, 'raw-key-' || i || '-of-this-client', timestamptz '2020-01-01 00:00Z' + i * interval '1 hour' FROM generate_series(1, {Clients}) i
        """);

    private readonly StringBuilder _said = new();

    [Fact]
    [Trait("Category", "Soak")]
    public async Task Every_lookup_is_answered_while_the_pepper_is_rotated_by_runners_that_are_killed()
    {
        using var service = await TenantsService.PrepareAsync(servers, s_legacy);
        var keys = await KeysAsync(service);
        Note(await service.RunAsync("run")).MustBe(0);
        Note(await service.RunAsync("finish", "--early", "a test")).MustBe(0);
        var former = await service.Target.ScalarAsync<string>("SELECT id FROM godwit.keys WHERE purpose = 'pepper'");
        var stolen = (await service.Target.ScalarAsync<string[]>("SELECT array_agg(api_key_hash) FROM api_keys"))!;
        Assert.Equal(Clients, stolen.Length);

        // One of them learns late of everything.
        await using var first = new KeyLookups(await StoredPepper.OpenAsync(service.Target, service.MasterKeyFile, "host 1", TimeSpan.FromMilliseconds(300)), service.Target);
        await using var second = new KeyLookups(await StoredPepper.OpenAsync(service.Target, service.MasterKeyFile, "host 2", TimeSpan.FromSeconds(2)), service.Target);
        KeyLookups[] hosts = [first, second];
        List<(string Key, Guid Client)> used = [.. keys.Where((_, i) => i % 3 > 0)], dormant = [.. keys.Where((_, i) => i % 3 == 0)];
        for (var i = 0; i < hosts.Length; i++)
        {
            await hosts[i].OpenAsync();
            hosts[i].Start(used, stolen, seed: i);
        }
        await Patience.UntilAsync(() => Task.FromResult(hosts.All(h => h.Answered > 100)));

        // Without another pepper there is nothing to wrap under, and no row is touched.
        Assert.Contains("two-peppers", Note(await service.RotateAsync("run", former)).MustBe(5).Output, StringComparison.Ordinal);
        Note(await service.RotateAsync("rollback")).MustBe(6);
        Note(await service.SayAsync("keys", "rotate", "pepper", "--runbook", service.Folder)).MustBe(0);
        await KilledAsync(service, await ActiveAsync(service), kills: 2);
        var standing = await StandingAsync(service, former);
        Assert.Equal(0, standing.FormerAlone);
        Assert.InRange(standing.Wrapped, dormant.Count, Clients);
        Assert.All(hosts, h => Assert.True(h.Restamped > 0));

        // What is left of the former pepper is counted, and holds it.
        foreach (var host in hosts) await host.Pepper.Keyring.RefreshAsync(TestContext.Current.CancellationToken);
        Assert.Matches("api_keys.api_key_hash: [0-9]+ rows", Note(await service.SayAsync("keys", "retire", former, "--runbook", service.Folder)).MustBe(1).Output);
        foreach (var host in hosts) await host.StopAsync();
        var answered = hosts.Sum(h => h.Answered);
        // The stolen hashes are no keys: as they were before, and as they are now.
        var stored = (await service.Target.ScalarAsync<string[]>("SELECT array_agg(api_key_hash) FROM api_keys"))!;
        foreach (var hash in stolen.Concat(stored)) await first.CallAsync(hash, null);
        // Whoever was away comes back, to either host, and is hashed anew: nothing is left.
        for (var i = 0; i < keys.Count; i++) await hosts[i % 2].CallAsync(keys[i].Key, keys[i].Client);
        foreach (var host in hosts)
        {
            foreach (var (key, client) in host.Created) await first.CallAsync(key, client);
        }
        Assert.Equal((0L, 0L), (await StandingAsync(service, former) is var now ? (now.FormerAlone, now.Wrapped) : default));
        await ForgetRunnersAsync(service);
        Note(await service.SayAsync("keys", "retire", former, "--runbook", service.Folder)).MustBe(0);
        foreach (var host in hosts) await host.Pepper.Keyring.RefreshAsync(TestContext.Current.CancellationToken);
        Note(await service.SayAsync("keys", "destroy", former, "--runbook", service.Folder)).MustBe(0);
        for (var i = 0; i < keys.Count; i++) await hosts[i % 2].CallAsync(keys[i].Key, keys[i].Client);

        // The next pepper is another plan, which wraps again.
        Note(await service.SayAsync("keys", "rotate", "pepper", "--runbook", service.Folder)).MustBe(0);
        Note(await service.RotateAsync("run", await ActiveAsync(service))).MustBe(0);
        Assert.True((await StandingAsync(service, former)).Wrapped >= Clients);
        foreach (var host in hosts) await host.Pepper.Keyring.RefreshAsync(TestContext.Current.CancellationToken);
        for (var i = 0; i < keys.Count; i++) await hosts[i % 2].CallAsync(keys[i].Key, keys[i].Client);

        Assert.Empty(hosts.SelectMany(h => h.Wrong));
        Assert.All(hosts, h => Assert.NotEmpty(h.Created));
        TestContext.Current.SendDiagnosticMessage("{0} lookups were answered during the rotation, {1} wrapped", answered, standing.Wrapped);
        Assert.Equal([], await PlacesAsync(service, [.. first.Pepper.Secrets(), await File.ReadAllTextAsync(service.MasterKeyFile, TestContext.Current.CancellationToken), "raw-key-", .. hosts.SelectMany(h => h.Created).Select(c => c.Key)]));
    }

    [Fact]
    public async Task Hashes_that_the_service_kept_under_its_own_pepper_are_taken_over_wrapped_and_hashed_anew_on_use()
    {
        const string Former = "a pepper that was in a variable for years";
        using var service = await TenantsService.PrepareAsync(servers, s_legacy.Replace($"{Clients}", "60", StringComparison.Ordinal), TenantsService.Attested);
        var keys = await KeysAsync(service);
        // Half of the clients have a hash and no key, which the service brings along once the column is there.
        Note(await service.RunAsync("run")).MustBe(5);
        await service.Target.ExecuteAsync("CREATE EXTENSION IF NOT EXISTS pgcrypto", superuser: true);
        await service.Target.ExecuteAsync($"UPDATE clients SET api_key_hash = encode(hmac(api_key, '{Former}', 'sha256'), 'hex'), api_key = NULL WHERE right(name, 1) IN ('1', '3', '5', '7', '9')");
        await service.AttestAsync();
        Note(await service.RunAsync("resume")).MustBe(0);
        Note(await service.RunAsync("finish", "--early", "a test")).MustBe(0);
        Assert.Equal((30L, 30L), (await CountAsync(service, "name = 'migrated-legacy'"), await CountAsync(service, "name = 'migrated-hash' AND api_key_hash LIKE 'gwp1.api-key-pepper+%'")));
        Assert.Equal(0, await service.Target.ScalarAsync<long>("SELECT count(api_key) + count(api_key_hash) FROM clients"));

        await using var host = new KeyLookups(await StoredPepper.OpenAsync(service.Target, service.MasterKeyFile, formerPepper: Former), service.Target);
        await host.OpenAsync();
        foreach (var (key, client) in keys) await host.CallAsync(key, client);
        Assert.Empty(host.Wrong);
        Assert.Equal((60L, 30L), (host.Answered, host.Restamped));
        Assert.Equal(0, await CountAsync(service, "api_key_hash LIKE '%+%'"));
        Assert.Equal([], await PlacesAsync(service, [Former, "raw-key-"]));
    }

    private static async Task<List<(string Key, Guid Client)>> KeysAsync(TenantsService service)
    {
        var keys = new List<(string, Guid)>();
        await using var connection = await service.Target.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT api_key, id FROM clients ORDER BY created_at", connection);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) keys.Add((reader.GetString(0), reader.GetGuid(1)));
        return keys;
    }

    private static async Task<string> ActiveAsync(TenantsService service) => (await service.Target.ScalarAsync<string>("SELECT id FROM godwit.keys WHERE purpose = 'pepper' AND state = 'Active'"))!;

    /// <summary>Begins a run, kills its runner with SIGKILL in the middle of its rows some times, and carries it on to its end.</summary>
    private async Task KilledAsync(TenantsService service, string pepper, int kills)
    {
        for (var kill = 0; kill < kills; kill++)
        {
            using var runner = service.StartRotation(kill == 0 ? "run" : "resume", pepper);
            var before = await DoneAsync(service);
            await Patience.UntilAsync(async () => await DoneAsync(service) > before, runner.WaitAsync());
            runner.Kill();
            Note(await runner.WaitAsync());
        }
        Note(await service.RotateAsync("resume")).MustBe(0);
    }

    private static Task<long> DoneAsync(TenantsService service) => service.Target.ScalarAsync<long>("SELECT coalesce(sum(done), 0)::bigint FROM godwit.steps WHERE id = 'wrap-dormant-keys'");

    private static Task<long> CountAsync(TenantsService service, string condition) => service.Target.ScalarAsync<long>($"SELECT count(*) FROM api_keys WHERE {condition}");

    /// <summary>Runners that were killed would be waited for, for a minute.</summary>
    private static Task ForgetRunnersAsync(TenantsService service) =>
        service.Target.ExecuteAsync("UPDATE godwit.key_hosts SET heartbeat = heartbeat - interval '2 minutes' WHERE name LIKE 'run %'");

    private static async Task<(long FormerAlone, long Wrapped)> StandingAsync(TenantsService service, string former) =>
        (await CountAsync(service, $"api_key_hash LIKE 'gwp1.{former}.%'"), await CountAsync(service, "api_key_hash LIKE '%+%'"));

    /// <summary>Where something that nobody may read is to be read: tables of the service and of godwit, files that commands wrote, what they said.</summary>
    private async Task<IReadOnlyList<string>> PlacesAsync(TenantsService service, IReadOnlyList<string> secrets)
    {
        var marks = secrets.Select(s => s.Trim()).ToList();
        var places = new List<string>();
        await using var connection = await service.Target.OpenAsync(superuser: true);
        var tables = await service.Target.ScalarAsync<string[]>("SELECT array_agg(format('%I.%I', schemaname, tablename)) FROM pg_tables WHERE schemaname IN ('public', 'godwit')");
        foreach (var table in tables!)
        {
            await using var rows = new NpgsqlCommand($"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t", connection);
            if (Has((string)(await rows.ExecuteScalarAsync())!)) places.Add(table);
        }
        foreach (var file in Directory.EnumerateFiles(service.WorkPath, "*", SearchOption.AllDirectories).Where(f => f != service.MasterKeyFile))
        {
            if (Has(await File.ReadAllTextAsync(file))) places.Add(Path.GetRelativePath(service.WorkPath, file));
        }
        if (Has(_said.ToString())) places.Add("what commands said");
        return places;

        bool Has(string text) => marks.Exists(m => text.Contains(m, StringComparison.Ordinal));
    }

    private Outcome Note(Outcome outcome)
    {
        _said.Append(outcome.Output).Append(outcome.Error);
        return outcome;
    }
}
