using System.Security.Cryptography;
using System.Text;
using Godwit.Journeys.Running;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Journeys.Tenants;

/// <summary><c>godwit demo tenants</c>, back and then forward: on the way back the raw keys are there to compute every hash here once more.</summary>
public sealed class TenantsDemoTests(PostgresServers servers)
{
    [Fact]
    public async Task The_demo_goes_back_and_forward_and_every_key_is_found_by_its_hash()
    {
        var server = await servers.DefaultAsync();
        var folder = Path.GetDirectoryName(server.PassFile)!;
        using var work = new WorkFolder();
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["GODWIT_HOME"] = work.File("home"), ["GODWIT_DEV_FOLDER"] = folder, ["API_KEY_PEPPER"] = null };
        Task<Outcome> DemoAsync(params string[] more) => GodwitHere.RunAsync(
            work.Path, environment, ["demo", "tenants", "--rows", "600", "--bin", PostgresVersions.Require(PostgresVersions.Default), .. more]);

        var back = (await DemoAsync("--rollback", "--fresh")).MustBe(0);
        Assert.Contains("every row is what it was", back.Output, StringComparison.Ordinal);
        Assert.Contains("Failed lookups: 0.", back.Output, StringComparison.Ordinal);
        var service = new TestDatabase(server, "demo_tenants_600_3");
        var raw = await ReadAsync(service, "SELECT id::text, api_key, created_at::text FROM public.clients WHERE api_key IS NOT NULL");
        Assert.InRange(raw.Count, 500, 600);

        var forward = (await DemoAsync()).MustBe(0);
        Assert.Contains("Failed lookups: 0.", forward.Output, StringComparison.Ordinal);
        Assert.Contains("Raw keys in the database: 0,", forward.Output, StringComparison.Ordinal);
        var pepperFile = Path.Combine(folder, "demo", "tenants.pepper");
        var pepper = (await File.ReadAllTextAsync(pepperFile, TestContext.Current.CancellationToken)).TrimEnd('\n');
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(pepperFile));
        var expected = raw.Select(r => (r.First, Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(pepper), Encoding.UTF8.GetBytes(r.Second))), r.Third));
        Assert.Equal(
            expected.Order(),
            (await ReadAsync(service, "SELECT client_id::text, api_key_hash, created_at::text FROM public.api_keys WHERE name = 'migrated-legacy'")).Order());
        Assert.Equal(0, await service.ScalarAsync<long>("SELECT count(api_key) FROM public.clients"));

        string[] secrets = [pepper, .. raw.Take(25).Select(r => r.Second)];
        var said = back.Output + back.Error + forward.Output + forward.Error;
        var kept = await service.ScalarAsync<string>("SELECT concat((SELECT string_agg(j::text, '') FROM godwit.journal j), (SELECT string_agg(s::text, '') FROM godwit.steps s), (SELECT string_agg(r::text, '') FROM godwit.runs r))");
        Assert.All(secrets, s => Assert.DoesNotContain(s, said, StringComparison.Ordinal));
        Assert.All(secrets, s => Assert.DoesNotContain(s, kept, StringComparison.Ordinal));

        // There is no way back from here, and the demo says so.
        Assert.Contains("point of no return", (await DemoAsync("--rollback")).MustBe(1).Output, StringComparison.Ordinal);
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
}
