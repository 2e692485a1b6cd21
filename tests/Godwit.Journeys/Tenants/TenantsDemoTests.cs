using System.Globalization;
using System.Text.RegularExpressions;
using Godwit.Journeys.Running;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Journeys.Tenants;

/// <summary>
/// <c>godwit demo tenants</c>: taken back by a tripwire in the middle of the switch, and then to its end. In between the raw keys are there to compute every hash here once more.
/// </summary>
public sealed partial class TenantsDemoTests(PostgresServers servers)
{
    [Fact]
    [Trait("Category", "Soak")]
    public async Task A_tripwire_takes_the_demo_back_with_nothing_lost_and_the_next_one_comes_to_its_end()
    {
        using var demo = await DemoFolder.PrepareAsync(servers, 300, 5);
        var tripped = await demo.RunAsync("--fresh", "--trip");
        tripped.MustBe(6);
        OpenedByBackupRehearsalsAndPeople(tripped);
        Assert.Contains("tripwire invalid-keys", tripped.Error, StringComparison.Ordinal);
        // A second where the machine has time for it: this one runs other tests as well.
        Assert.InRange(double.Parse(BackAfter().Match(tripped.Output).Groups["seconds"].Value, CultureInfo.InvariantCulture), 0, 2);
        NothingIsLost(tripped);
        Assert.Contains("Schema: all", tripped.Output, StringComparison.Ordinal);
        Assert.Contains("was rolled back: everything is as it was", tripped.Output, StringComparison.Ordinal);
        var service = demo.Database;
        Assert.Equal("clients", await service.ScalarAsync<string>("SELECT string_agg(tablename, ',') FROM pg_tables WHERE schemaname = 'public'"));
        Assert.Equal("rollback", await service.ScalarAsync<string>("SELECT body::jsonb ->> 'action' FROM godwit.journal WHERE kind = 'tripwire-fired' AND body::jsonb ->> 'tripwire' = 'invalid-keys'"));
        Assert.Empty(demo.Left());
        var raw = await ReadAsync(service, "SELECT id::text, api_key, created_at::text FROM public.clients WHERE api_key IS NOT NULL");

        var record = await File.ReadAllTextAsync(demo.PostMortemFile, TestContext.Current.CancellationToken);
        foreach (var part in (string[])["invalid-keys", "To be filled in by people", "Rollback decided", "public.clients.api_key"]) Assert.Contains(part, record, StringComparison.Ordinal);

        var forward = (await demo.RunAsync()).MustBe(0);
        NothingIsLost(forward);
        Assert.Contains("blue 90 %, green 10 %: errors: green 0, blue 0", forward.Error, StringComparison.Ordinal);
        Assert.Contains("blue 50 %, green 50 %: errors: green 0, blue 0", forward.Error, StringComparison.Ordinal);
        Assert.Contains("blue 0 %, green 100 %: errors: green 0", forward.Error, StringComparison.Ordinal);
        Assert.Contains("Raw keys in the database: 0,", forward.Output, StringComparison.Ordinal);
        Assert.Contains("The certificate is valid, signed by the known key", forward.Output, StringComparison.Ordinal);
        // What the gates saw is on record, by what the journal says of this run and not of the one before.
        string[] gates = ["expand-backup", "expand-rehearsed", "approvals:expand", "release-in-use", "approvals:contract"];
        Assert.Equal(gates.Length, await service.ScalarAsync<long>($"""
            SELECT count(DISTINCT body::jsonb ->> 'gate') FROM godwit.journal WHERE run = (SELECT id FROM godwit.runs ORDER BY started_at DESC LIMIT 1)
            AND kind = 'gate' AND body::jsonb ->> 'state' = 'Pass' AND body::jsonb ->> 'gate' IN ({string.Join(", ", gates.Select(g => $"'{g}'"))})
            """));
        Assert.Equal(3, await service.ScalarAsync<long>("SELECT count(*) FROM godwit.rehearsals"));
        Assert.Equal("Ada,Bob", await service.ScalarAsync<string>("""
            SELECT string_agg(DISTINCT person, ',' ORDER BY person) FROM godwit.approvals WHERE purpose = 'approve-phase'
            """));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(demo.MasterKeyFile));
        await using var pepper = await StoredPepper.OpenAsync(demo.Database, demo.MasterKeyFile);
        var stored = (await ReadAsync(service, "SELECT client_id::text, api_key_hash, created_at::text FROM public.api_keys WHERE name = 'migrated-legacy'")).ToDictionary(r => r.First, StringComparer.Ordinal);
        Assert.Equal(raw.Count, stored.Count);
        Assert.All(raw, r => Assert.True(pepper.Verifies(r.Second, stored[r.First].Second) && r.Third == stored[r.First].Third, r.First));

        var rotated = (await demo.RunAsync("--rotate-pepper")).MustBe(0);
        NothingIsLost(rotated);
        Assert.Contains("two-peppers: Pass", rotated.Error, StringComparison.Ordinal);
        Assert.Matches("is still needed by api_keys.api_key_hash: [0-9]+ rows", rotated.Output);
        Assert.Contains("come back, and are known by their wrapped hashes; 0 keys are still to come", rotated.Error, StringComparison.Ordinal);
        Assert.Contains("Retired: pepper key 1", rotated.Output, StringComparison.Ordinal);
        Assert.Matches("Stored hashes that were presented as keys: [1-9][0-9]* were refused", rotated.Output);
        await pepper.Keyring.RefreshAsync(TestContext.Current.CancellationToken);
        var anew = (await ReadAsync(service, "SELECT client_id::text, api_key_hash, '' FROM public.api_keys WHERE name = 'migrated-legacy'")).ToDictionary(r => r.First, StringComparer.Ordinal);
        Assert.All(raw, r => Assert.True(pepper.Verifies(r.Second, anew[r.First].Second) && anew[r.First].Second != stored[r.First].Second, r.First));

        string[] secrets = [(await File.ReadAllTextAsync(demo.MasterKeyFile, TestContext.Current.CancellationToken)).TrimEnd('\n'), .. pepper.Secrets(), .. raw.Take(25).Select(r => r.Second)];
        var said = tripped.Output + tripped.Error + forward.Output + forward.Error + rotated.Output + rotated.Error;
        var kept = await service.ScalarAsync<string>("SELECT concat((SELECT string_agg(j::text, '') FROM godwit.journal j), (SELECT string_agg(s::text, '') FROM godwit.steps s), (SELECT string_agg(r::text, '') FROM godwit.runs r))");
        Assert.All(secrets, s => Assert.DoesNotContain(s, said, StringComparison.Ordinal));
        Assert.All(secrets, s => Assert.DoesNotContain(s, kept, StringComparison.Ordinal));

        // There is no way back from here, and the demo says so.
        Assert.Contains("point of no return", (await demo.RunAsync("--rollback")).MustBe(1).Output, StringComparison.Ordinal);
        Assert.Empty(demo.Left());
    }

    [Fact]
    [Trait("Category", "Soak")]
    public async Task Without_nginx_the_demo_goes_forward_and_back_behind_a_proxy_of_its_own()
    {
        using var demo = await DemoFolder.PrepareAsync(servers, 250, 6);
        demo.Environment["GODWIT_DEMO_PROXY"] = "plain";
        var back = (await demo.RunAsync("--fresh", "--rollback")).MustBe(0);
        OpenedByBackupRehearsalsAndPeople(back);
        Assert.Contains("nginx is not installed", back.Error, StringComparison.Ordinal);
        NothingIsLost(back);
        Assert.Contains("Schema: all", back.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(9)]
    [Trait("Category", "Soak")]
    public async Task A_demo_that_is_interrupted_or_killed_leaves_nothing_running_and_the_next_goes_on(int signal)
    {
        using var demo = await DemoFolder.PrepareAsync(servers, 250, 10 + signal);
        using (var process = demo.Start("--fresh"))
        {
            await Patience.UntilAsync(() => Task.FromResult(File.Exists(demo.RouteFile) && File.ReadAllText(demo.RouteFile).Contains("50%", StringComparison.Ordinal)), process.WaitAsync());
            ProcessTree.Signal(process.Id, signal);
            var ended = await process.WaitAsync();
            if (signal == 2) ended.MustBe(4);
        }
        await Patience.UntilAsync(() => Task.FromResult(demo.Left().Count == 0));
        var whole = (await demo.RunAsync()).MustBe(0);
        NothingIsLost(whole);
        Assert.Contains("Raw keys in the database: 0,", whole.Output, StringComparison.Ordinal);
    }

    private static void OpenedByBackupRehearsalsAndPeople(Outcome outcome)
    {
        Assert.Contains("Closed: expand-backup, expand-rehearsed, approvals:expand.", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("Verified: restore takes about", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("Rehearsed: 3 good rehearsals", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("does not count: Eve signed the plan as its author", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("the beginning of expand: Ada (Engineering Lead), Bob (Product Owner)", outcome.Output, StringComparison.Ordinal);
    }

    private static void NothingIsLost(Outcome outcome)
    {
        Assert.Contains("each of them is there", outcome.Output, StringComparison.Ordinal);
        Assert.Contains(", as expected.", outcome.Output, StringComparison.Ordinal);
        Assert.Contains(": whole, ", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("Failed requests: 0.", outcome.Output, StringComparison.Ordinal);
    }

    private static async Task<List<(string First, string Second, string Third)>> ReadAsync(TestDatabase database, string sql)
    {
        await using var connection = await database.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var rows = new List<(string, string, string)>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken)) rows.Add((reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        return rows;
    }

    [GeneratedRegex(@"; (?<seconds>[0-9.]+) s later all traffic was on blue again", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BackAfter();
}
