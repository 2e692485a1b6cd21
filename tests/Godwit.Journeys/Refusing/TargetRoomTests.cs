using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Refusing;

/// <summary>Targets that a move could begin on and not finish: they are found before anything is made.</summary>
public sealed class TargetRoomTests(PostgresServers servers)
{
    private static readonly string[] Small = ["CREATE TABLE t (id INTEGER PRIMARY KEY)", "INSERT INTO t VALUES (1)"];

    [Theory]
    [InlineData("session")]
    [InlineData("transaction")]
    [InlineData("statement")]
    public async Task Through_PgBouncer_a_move_is_refused_and_the_server_s_own_address_asked_for(string mode)
    {
        using var journey = await Journey.PrepareAsync(servers, Small);
        await using var bouncer = await PgBouncer.StartAsync(journey.Target, mode, TestContext.Current.CancellationToken);
        var before = await journey.RelationsAsync();
        var through = journey.Target.Url.Replace($":{journey.Target.Server.Port}/", $":{bouncer.Port}/", StringComparison.Ordinal);
        foreach (var command in new[] { "move", "verify" })
        {
            var finding = Assert.Single((await journey.RunAsync(command, "--from", journey.Folder.Source, "--to", through, "--json")).MustBe(1).Errors);
            Assert.Equal("GW1306", finding.Code);
            Assert.Contains("PostgreSQL server itself", finding.Remedy, StringComparison.Ordinal);
        }
        Assert.Equal(before, await journey.RelationsAsync());
        Assert.False(Directory.Exists(journey.Folder.File(".godwit")));
        (await journey.MoveAsync()).MustBeVerified();
    }

    [Fact]
    public async Task A_target_short_of_disk_is_refused_before_anything_is_made()
    {
        using var disk = SmallFileSystem.Mount(megabytes: 160);
        await using var server = await PostgresServer.StartAsync(
            PostgresVersions.Default, home: disk.Folder, settings: new Dictionary<string, string>(StringComparer.Ordinal) { ["min_wal_size"] = "32MB", ["max_wal_size"] = "32MB" },
            cancellationToken: TestContext.Current.CancellationToken);
        using var journey = await Journey.PrepareAsync(server, "CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB)", "INSERT INTO t VALUES (1, zeroblob(4000000))");
        var before = await journey.RelationsAsync();
        using (disk.Fill(leaveBytes: 8 << 20))
        {
            foreach (string[] way in (string[][])[[], ["--dry-run"]])
            {
                var finding = Assert.Single((await journey.MoveAsync(way)).MustBe(1).Errors);
                Assert.Equal("GW1305", finding.Code);
                Assert.Contains("needs about 11.4 MiB", finding.Message, StringComparison.Ordinal);
                Assert.Contains(disk.Folder, finding.Remedy, StringComparison.Ordinal);
            }
        }
        Assert.Equal(before, await journey.RelationsAsync());
        (await journey.MoveAsync()).MustBeVerified();
    }

    [Theory]
    [InlineData("-c session_replication_role=replica", "session_replication_role")]
    [InlineData("-c default_transaction_read_only=on", "default_transaction_read_only")]
    public async Task Options_that_would_break_a_promise_are_named_with_what_to_do(string options, string name)
    {
        using var journey = await Journey.PrepareAsync(servers, Small);
        var finding = Assert.Single((await journey.RunAsync("move", "--from", journey.Folder.Source, "--to", $"{journey.Target.Url}?options={Uri.EscapeDataString(options)}", "--json")).MustBe(2).Errors);
        Assert.Equal("GW1404", finding.Code);
        Assert.Contains(name, finding.Message, StringComparison.Ordinal);
        Assert.Contains("Leave it out", finding.Remedy, StringComparison.Ordinal);
    }
}
