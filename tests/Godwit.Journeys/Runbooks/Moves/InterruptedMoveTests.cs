using Godwit.Journeys.Running;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Journeys.Runbooks.Moves;

/// <summary>A move of a runbook that does not get to its end in one go: killed, frozen, paused, its source changed; placed by what it has committed.</summary>
public sealed class InterruptedMoveTests(PostgresServers servers)
{
    [Fact]
    public async Task A_runner_killed_inside_the_copy_is_gone_on_with_where_it_was()
    {
        RunbookFolder? killed = null;
        var (done, left) = (0L, 0L);
        // On a busy machine the copy may be over before the runner is killed: then another one is.
        for (var attempt = 0; left == 0; attempt++)
        {
            Assert.True(attempt < 10, "each copy was over before its runner was killed");
            killed?.Dispose();
            killed = await MoveFolder.LibraryAsync(servers);
            using (var runner = await killed.StartIntoCopyAsync("run")) runner.Kill();
            (done, left) = (await killed.RangesAsync(done: true), await killed.RangesAsync(done: false));
        }
        using var folder = killed!;
        var first = await folder.Target.ScalarAsync<string>("SELECT min(finished_at)::text FROM godwit.ranges");
        (await folder.RunAsync("resume")).MustBe(0);
        await folder.AssertLibraryAsync();
        Assert.Equal(done + left, await folder.RangesAsync(done: true));
        Assert.Equal(first, await folder.Target.ScalarAsync<string>("SELECT min(finished_at)::text FROM godwit.ranges"));
        Assert.Equal(1, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.runs WHERE kind = 'move'"));
        (await GodwitProcess.RunAsync(folder.Path, folder.Environment, ["journal", "verify", "--to", folder.Target.Url])).MustBe(0);
    }

    [Fact]
    public async Task A_runner_killed_while_it_verifies_is_gone_on_with()
    {
        using var folder = await MoveFolder.LibraryAsync(servers);
        using (var runner = await folder.StartIntoVerificationAsync("run")) runner.Kill();
        (await folder.RunAsync("resume")).MustBe(0);
        await folder.AssertLibraryAsync();
    }

    [Fact]
    public async Task Connections_that_break_inside_the_copy_are_made_anew()
    {
        using var folder = await MoveFolder.LibraryAsync(servers);
        using var runner = await folder.StartIntoCopyAsync("run");
        await using (var connection = new NpgsqlConnection(folder.Target.Server.Connection(folder.Target.Name, superuser: true).ConnectionString))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var end = new NpgsqlCommand("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'godwit % move'", connection);
            Assert.NotEqual(0L, await end.ExecuteScalarAsync(TestContext.Current.CancellationToken));
        }
        (await runner.WaitAsync()).MustBe(0);
        await folder.AssertLibraryAsync();
    }

    [Fact]
    public async Task A_move_that_is_half_way_is_taken_back()
    {
        using var folder = await MoveFolder.LibraryAsync(servers);
        using (var runner = await folder.StartIntoCopyAsync("run")) runner.Kill();
        (await folder.RunAsync("rollback")).MustBe(6);
        await folder.AssertEmptyAsync();
        (await folder.RunAsync("run")).MustBe(0);
        await folder.AssertLibraryAsync();
    }

    [Fact]
    public async Task A_runner_that_was_frozen_and_replaced_changes_nothing_when_it_wakes()
    {
        using var folder = await MoveFolder.LibraryAsync(servers);
        using var frozen = await folder.StartIntoCopyAsync("run");
        frozen.Freeze();
        Assert.True(await folder.RangesAsync(done: false) > 0, "the copy was over before the runner was frozen");
        (await folder.RunAsync("resume")).MustBe(0);
        await folder.AssertLibraryAsync();
        var before = await folder.Target.ScalarAsync<string>("SELECT md5(string_agg(g::text, '' ORDER BY run, table_name, ordinal)) || (SELECT count(*) FROM godwit.journal) FROM godwit.ranges g");
        frozen.Thaw();
        (await frozen.WaitAsync()).MustBe(4);
        Assert.Equal(before, await folder.Target.ScalarAsync<string>("SELECT md5(string_agg(g::text, '' ORDER BY run, table_name, ordinal)) || (SELECT count(*) FROM godwit.journal) FROM godwit.ranges g"));
        await folder.AssertLibraryAsync();
    }

    [Fact]
    public async Task A_runner_that_was_frozen_cannot_copy_on_while_its_successor_goes_back()
    {
        using var folder = await MoveFolder.LibraryAsync(servers);
        using var frozen = await folder.StartIntoCopyAsync("run");
        frozen.Freeze();
        (await folder.RunAsync("rollback")).MustBe(6);
        frozen.Thaw();
        (await frozen.WaitAsync()).MustBe(4);
        await folder.AssertEmptyAsync();
    }

    [Fact]
    public async Task A_pause_is_heard_between_two_ranges()
    {
        using var folder = await MoveFolder.LibraryAsync(servers, rangeRows: 10);
        using var runner = await folder.StartIntoCopyAsync("run");
        await folder.RunAsync("pause");
        (await runner.WaitAsync()).MustBe(5);
        Assert.True(await folder.RangesAsync(done: false) > 0, "the copy was over before the pause was asked for");
        Assert.Equal("Applying", await folder.Target.ScalarAsync<string>("SELECT state FROM godwit.steps WHERE id = 'library'"));
        (await folder.RunAsync("resume")).MustBe(0);
        await folder.AssertLibraryAsync();
    }

    [Fact]
    public async Task A_source_that_changed_meanwhile_halts_and_nothing_is_mixed()
    {
        using var folder = await MoveFolder.LibraryAsync(servers);
        using (var runner = await folder.StartIntoCopyAsync("run")) runner.Kill();
        folder.ChangeSource("INSERT INTO visits VALUES ('door 9', 1, 'late')");
        var done = await folder.RangesAsync(done: true);
        var paused = await folder.JsonAsync(5, "resume");
        Assert.Equal("GW1006", Assert.Single(paused.GetProperty("findings").EnumerateArray()).GetProperty("code").GetString());
        Assert.Equal(done, await folder.RangesAsync(done: true));
        (await folder.RunAsync("rollback")).MustBe(6);
        await folder.AssertEmptyAsync();
        (await folder.RunAsync("run")).MustBe(0);
        Assert.Equal(8001, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM app.visits"));
    }

    [Fact]
    public async Task A_target_that_differs_does_not_pass_and_can_be_taken_back()
    {
        using var folder = await MoveFolder.LibraryAsync(servers);
        using (var runner = await folder.StartIntoVerificationAsync("run")) runner.Kill();
        await folder.Target.ExecuteAsync("UPDATE app.authors SET name = name || '!' WHERE id = 17");
        var failed = await folder.JsonAsync(3, "resume");
        Assert.Equal("GW1501", failed.GetProperty("findings")[0].GetProperty("code").GetString());
        Assert.Equal("Failed", await folder.Target.ScalarAsync<string>("SELECT state FROM godwit.runs WHERE kind = 'move'"));
        // Put right, it is verified anew.
        await folder.Target.ExecuteAsync("UPDATE app.authors SET name = rtrim(name, '!') WHERE id = 17");
        (await folder.RunAsync("resume")).MustBe(0);
        await folder.AssertLibraryAsync();
        (await folder.RunAsync("rollback")).MustBe(6);
        await folder.AssertEmptyAsync();
    }
}
