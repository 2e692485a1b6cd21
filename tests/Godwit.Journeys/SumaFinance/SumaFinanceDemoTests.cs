using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.SumaFinance;

/// <summary><c>godwit demo suma-finance</c>, of a few people: back with those who registered on the new side, forward again, and to its end.</summary>
public sealed class SumaFinanceDemoTests(PostgresServers servers)
{
    [Fact]
    [Trait("Category", "Soak")]
    public async Task The_demo_takes_everybody_home_and_over_again_and_comes_to_its_end_with_nobody_lost()
    {
        using var work = new WorkFolder();
        var server = await servers.DefaultAsync();
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["GODWIT_DEV_FOLDER"] = Path.GetDirectoryName(server.PassFile), ["GODWIT_SERVER_PROGRAM"] = IdentityService.Program, ["GODWIT_LEASE_SECONDS"] = "4", ["HOME"] = null,
        };
        Task<Outcome> PlayAsync(params IReadOnlyList<string> more) => GodwitProcess.RunAsync(work.Path, environment, ["demo", "suma-finance", "--rows", "240", "--bin", PostgresVersions.Require(PostgresVersions.Default), .. more]);
        var database = new TestDatabase(server, "demo_suma_finance_240");

        var there = (await PlayAsync("--fresh", "--rollback")).MustBe(0);
        Assert.Contains("Rehearsed: 3 good rehearsals", there.Output, StringComparison.Ordinal);
        Assert.Contains("does not count: Eve signed the plan as its author", there.Output, StringComparison.Ordinal);
        Assert.Contains("suma.16.reviewed: Dan (Engineer)", there.Error, StringComparison.Ordinal);
        Assert.Contains("Back: of 3 who registered on the new side, 3 are in the legacy system with what they agreed to", there.Output, StringComparison.Ordinal);
        Assert.Contains("Registered at the service itself: 0.", there.Output, StringComparison.Ordinal);
        NobodyIsLost(there);
        Assert.Equal("Complete,RolledBack", await database.ScalarAsync<string>("SELECT string_agg(state, ',' ORDER BY started_at DESC) FROM godwit.runs WHERE target_schema = 'suma-finance'"));

        var end = (await PlayAsync()).MustBe(0);
        Assert.Contains("Registered at the service itself: 3.", end.Output, StringComparison.Ordinal);
        NobodyIsLost(end);
        Assert.Contains("The certificate is valid, signed by the known key", end.Output, StringComparison.Ordinal);
        Assert.Equal("0", await database.ScalarAsync<string>("SELECT count(*)::text FROM legacy_users WHERE password_hash IS NOT NULL"));
        // There is no way back from here, and the demo says so.
        Assert.Contains("point of no return", (await PlayAsync("--rollback")).MustBe(1).Output, StringComparison.Ordinal);
    }

    private static void NobodyIsLost(Outcome outcome)
    {
        Assert.Contains("were set aside with a reason, 0 are lost.", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("Events: one account_migrated for each of them.", outcome.Output, StringComparison.Ordinal);
        Assert.Matches("of ([0-9,]+) accounts, \\1 have one that decrypts under its owner.s key", outcome.Output);
        Assert.Contains("each of them is there.", outcome.Output, StringComparison.Ordinal);
        Assert.Contains(": whole, ", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("Failed requests: 0.", outcome.Output, StringComparison.Ordinal);
    }
}
