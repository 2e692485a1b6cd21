using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks.Tripwires;

/// <summary>A figure leaves its bounds in the middle of a run: the run goes back by itself, and says for what.</summary>
public sealed class FiringTests(PostgresServers servers)
{
    [Theory]
    [InlineData("fill")]
    [InlineData("settle", Traits = ["Category", "Soak"])]
    [InlineData("watch", Traits = ["Category", "Soak"])]
    public async Task A_tripwire_that_fires_in_the_middle_of_a_step_takes_the_run_back(string step)
    {
        using var folder = await WatchedFolder.MakeAsync(servers, WatchedFolder.Errors);
        var run = folder.RunAsync("run");
        await folder.UntilAtAsync(step, run);
        await folder.SetAsync(6);
        var outcome = (await run).MustBe(6);
        Assert.Contains("tripwire errors: 6, above 5: rollback", outcome.Output + outcome.Error, StringComparison.Ordinal);
        await folder.MustBeAsBeforeAsync();
        var fired = await folder.NotesAsync("tripwire-fired");
        Assert.Contains("\"action\":\"rollback\"", fired, StringComparison.Ordinal);
        Assert.Contains("\"value\":\"6\"", fired, StringComparison.Ordinal);
        Assert.Contains("\"baseline\":\"1\"", fired, StringComparison.Ordinal);
        Assert.Contains("\"tripwire\":\"errors\"", await folder.NotesAsync("rollback-decided"), StringComparison.Ordinal);
        (await Running.GodwitProcess.RunAsync(folder.Path, folder.Environment, ["journal", "verify", "--to", folder.Target.Url])).MustBe(0);
        var status = await folder.JsonAsync(0, "status");
        Assert.Equal(("rolled-back", "1"), (status.GetProperty("tripwires")[0].GetProperty("state").GetString(), status.GetProperty("tripwires")[0].GetProperty("baseline").GetString()));
    }

    [Fact]
    public async Task Several_that_fire_at_once_take_the_run_back_once()
    {
        using var folder = await WatchedFolder.MakeAsync(
            servers, [.. Enumerable.Range(1, 6).Select(n => WatchedFolder.Errors.Replace("id: errors", $"id: errors-{n}", StringComparison.Ordinal).Replace("every: 100ms", $"every: {90 + (n * 10)}ms", StringComparison.Ordinal))]);
        var run = folder.RunAsync("run");
        await folder.UntilAtAsync("fill", run);
        await folder.SetAsync(6);
        (await run).MustBe(6);
        await folder.MustBeAsBeforeAsync();
        Assert.Equal(1, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.journal WHERE kind = 'rollback-decided'"));
    }

    [Fact]
    [Trait("Category", "Soak")]
    public async Task A_pause_on_the_way_back_holds_it_and_a_rollback_there_only_warns()
    {
        using var folder = await WatchedFolder.MakeAsync(
            servers, WatchedFolder.Errors.Replace("id: errors", "id: asks-back", StringComparison.Ordinal).Replace("[expand, backfill, switch, observe, rollback]", "[rollback]", StringComparison.Ordinal),
            "{id: load, sql: SELECT value FROM figures, above: 8, every: 100ms, baseline: 300ms, no_data: 1s, action: pause, phases: [rollback]}");
        (await folder.RunAsync("run")).MustBe(0);
        await folder.SetAsync(9);
        var paused = await folder.JsonAsync(5, "rollback");
        Assert.Contains("tripwire load: 9, above 8: pause", paused.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Contains("\"action\":\"warn\"", await folder.NotesAsync("tripwire-fired"), StringComparison.Ordinal);
        // Looked at, it is no reason any more until it was within its bounds.
        (await folder.RunAsync("resume", "--seen")).MustBe(6);
        await folder.MustBeAsBeforeAsync();
    }

    [Fact]
    public async Task A_run_does_not_end_while_a_figure_is_out_of_its_bounds_and_undecided()
    {
        using var folder = await WatchedFolder.MakeAsync(servers, WatchedFolder.Errors.Replace("above: 5,", "above: 5, for: 4s,", StringComparison.Ordinal));
        var run = folder.RunAsync("run");
        await folder.UntilAtAsync("watch", run);
        await folder.SetAsync(6);
        (await run).MustBe(6);
        await folder.MustBeAsBeforeAsync();
    }

    [Fact]
    public async Task A_step_that_does_not_stop_by_itself_is_ended()
    {
        using var folder = await WatchedFolder.MakeAsync(servers, WatchedFolder.Errors.Replace("above: 5,", "above: 5, stop_within: 1s,", StringComparison.Ordinal));
        folder.Sql("switched.sql", "SELECT pg_sleep(300); CREATE VIEW new_people AS SELECT id, lower_name FROM people", "DROP VIEW new_people");
        var run = folder.RunAsync("run");
        await Patience.UntilAsync(async () => await folder.Target.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%pg_sleep(300)%' AND state = 'active')"), run);
        var began = TimeProvider.System.GetTimestamp();
        await folder.SetAsync(6);
        (await run).MustBe(6);
        Assert.InRange(TimeProvider.System.GetElapsedTime(began).TotalSeconds, 0, 240);
        await folder.MustBeAsBeforeAsync();
    }

    [Fact]
    public async Task Behind_a_point_of_no_return_it_pauses_and_says_what_stands_in_the_way()
    {
        using var folder = await WatchedFolder.MakeAsync(servers, WatchedFolder.Errors);
        folder.Runbook(await File.ReadAllTextAsync(folder.File, TestContext.Current.CancellationToken) is var text ? text[(text.IndexOf("phases:\n", StringComparison.Ordinal) + 8)..].Replace("{id: column, sql: column.sql}", "{id: column, sql: column.sql, irreversible: nobody wants it back}", StringComparison.Ordinal) : "");
        var run = folder.JsonAsync(5, "run");
        await folder.UntilAtAsync("watch", run);
        await folder.SetAsync(6);
        var reason = (await run).GetProperty("reason").GetString()!;
        Assert.Contains("tripwire errors: 6, above 5: rollback, and there is no way back by itself: step column cannot be undone", reason, StringComparison.Ordinal);
        // It is on record: whoever goes on is told again, until somebody says to have looked.
        Assert.Contains("there is no way back", (await folder.JsonAsync(5, "resume")).GetProperty("reason").GetString(), StringComparison.Ordinal);
        (await folder.RunAsync("resume", "--seen")).MustBe(0);
        Assert.Contains("errors", await folder.NotesAsync("tripwires-seen"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_warning_stops_the_run_before_its_next_phase_until_somebody_has_looked()
    {
        using var folder = await WatchedFolder.MakeAsync(servers, WatchedFolder.Errors.Replace("action: rollback", "action: warn", StringComparison.Ordinal));
        var run = folder.JsonAsync(5, "run");
        await folder.UntilAtAsync("fill", run);
        await folder.SetAsync(6);
        var reason = (await run).GetProperty("reason").GetString()!;
        Assert.StartsWith("before switch, a warning that nobody has looked at: tripwire errors: 6, above 5: warn", reason, StringComparison.Ordinal);
        (await folder.RunAsync("resume")).MustBe(5);
        (await folder.RunAsync("resume", "--seen")).MustBe(0);
        Assert.Equal(1, await folder.Target.ScalarAsync<long>("SELECT count(*) FROM godwit.journal WHERE kind = 'tripwire-fired'"));
    }

    [Fact]
    public async Task A_baseline_is_stored_and_a_bound_is_relative_to_it()
    {
        using var folder = await WatchedFolder.MakeAsync(servers, WatchedFolder.Errors.Replace("above: 5", "above_baseline: +50%, title: twice as bad", StringComparison.Ordinal));
        await folder.SetAsync(100);
        var run = folder.RunAsync("run");
        await folder.UntilAtAsync("fill", run);
        await folder.SetAsync(149);
        await folder.UntilAtAsync("settle", run);
        await folder.SetAsync(151);
        var outcome = (await run).MustBe(6);
        Assert.Contains("(twice as bad): 151, above 150 (1.5 x the baseline of 100): rollback", outcome.Output + outcome.Error, StringComparison.Ordinal);
        Assert.Contains("\"errors\":{\"looks\":", await folder.NotesAsync("baselines-measured"), StringComparison.Ordinal);
        var report = await folder.RunAsync("report", "--markdown", "report.md");
        Assert.Contains("1.5 x the baseline of 100", await File.ReadAllTextAsync(folder.In("report.md"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_figure_that_flaps_does_not_fire_and_is_said()
    {
        using var folder = await WatchedFolder.MakeAsync(servers, WatchedFolder.Errors.Replace("above: 5,", "above: 5, for: 1s,", StringComparison.Ordinal));
        var run = folder.JsonAsync(5, "run");
        await folder.UntilAtAsync("fill", run);
        for (var i = 0; !run.IsCompleted && i < 200; i++)
        {
            await folder.SetAsync(i % 2 == 0 ? 6 : 1);
            await Task.Delay(300, TestContext.Current.CancellationToken);
        }
        Assert.Contains("left its bounds and came back 5 times", (await run).GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("out-of-bounds", await folder.NotesAsync("tripwire-fired"), StringComparison.Ordinal);
    }
}
