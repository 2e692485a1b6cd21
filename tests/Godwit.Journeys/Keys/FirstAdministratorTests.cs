using Godwit.TestServers;

namespace Godwit.Journeys.Keys;

/// <summary><c>godwit admin init</c>: the first administrator of a target, once.</summary>
public sealed class FirstAdministratorTests(PostgresServers servers)
{
    [Fact]
    public async Task Of_eight_who_want_to_be_the_first_one_is_and_nobody_after()
    {
        using var keys = await KeyFolder.PrepareAsync(servers);
        var names = Enumerable.Range(1, 8).Select(i => $"Admin {i}").ToList();
        foreach (var name in names) (await keys.RunAsync("keys", "person", "new", name, "--out", keys.Folder.In($"{name}.jwk"))).MustBe(0);
        var outcomes = await Task.WhenAll(names.Select(name => keys.RunAsync("admin", "init", name, "--public-key", keys.Folder.In($"{name}.jwk"))));
        Assert.Single(outcomes, o => o.ExitCode == 0);
        Assert.All(outcomes.Where(o => o.ExitCode != 0), o => Assert.Contains("GW1899", o.MustBe(1).Output, StringComparison.Ordinal));
        var first = (await keys.JsonAsync(0, "keys", "person", "list")).GetProperty("people").EnumerateArray().Single();
        Assert.Equal("Administrator", first.GetProperty("roles")[0].GetString());

        // Not after the first was retired either, and not by taking the row away.
        (await keys.RunAsync("keys", "person", "retire", first.GetProperty("name").GetString()!, "--because", "left")).MustBe(0);
        (await keys.RunAsync("admin", "init", "Admin 8", "--public-key", keys.Folder.In("Admin 8.jwk"))).MustBe(1);
        await keys.Target.ExecuteAsync("DELETE FROM godwit.people");
        (await keys.RunAsync("admin", "init", "Admin 7", "--public-key", keys.Folder.In("Admin 7.jwk"))).MustBe(1);
        Assert.Equal(0, await keys.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.people"));
    }
}
