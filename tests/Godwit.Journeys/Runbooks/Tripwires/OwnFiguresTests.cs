using Godwit.Journeys.Runbooks.Moves;
using Godwit.TestServers;

namespace Godwit.Journeys.Runbooks.Tripwires;

/// <summary>What a run knows of itself is watched too: a move tolerates no loss at all.</summary>
public sealed class OwnFiguresTests(PostgresServers servers)
{
    [Fact]
    public async Task A_move_that_differs_stops_the_run_and_that_is_on_record()
    {
        using var folder = await MoveFolder.LibraryAsync(servers);
        using (var runner = await folder.StartIntoVerificationAsync("run")) runner.Kill();
        await folder.Target.ExecuteAsync("UPDATE app.authors SET name = name || '!' WHERE id = 17");
        var failed = await folder.JsonAsync(3, "resume");
        Assert.Equal(["GW1501", "GW1853"], failed.GetProperty("findings").EnumerateArray().Select(f => f.GetProperty("code").GetString()));
        Assert.Contains("godwit.no-loss", await folder.NotesAsync("tripwire-fired"), StringComparison.Ordinal);
        await folder.Target.ExecuteAsync("UPDATE app.authors SET name = rtrim(name, '!') WHERE id = 17");
        (await folder.RunAsync("resume")).MustBe(0);
        await folder.AssertLibraryAsync();
    }

    [Fact]
    public async Task A_move_that_differs_goes_back_by_itself_where_the_runbook_says_so()
    {
        using var folder = await MoveFolder.LibraryAsync(servers);
        await File.AppendAllTextAsync(folder.File, "tripwires: [{id: loss, run: mismatches, above: 0, action: rollback, phases: [backfill]}]\n", TestContext.Current.CancellationToken);
        using (var runner = await folder.StartIntoVerificationAsync("run")) runner.Kill();
        await folder.Target.ExecuteAsync("UPDATE app.authors SET name = name || '!' WHERE id = 17");
        (await folder.RunAsync("resume")).MustBe(6);
        await folder.AssertEmptyAsync();
        Assert.Contains("\"tripwire\":\"loss\"", await folder.NotesAsync("rollback-decided"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_of_a_backfill_that_fail_are_a_figure()
    {
        using var folder = (await RunbookFolder.PrepareAsync(servers)).Runbook("""
              backfill:
                steps:
                  - id: fill
                    backfill: {from: people, set: {number: {sql: name::int}}, empty_before: true, max_failures: 0.9, min_rows: 10, max_rows: 10, rows_per_second: 50}
            tripwires:
              - {id: failing, run: failed_share, above: 0.05, every: 100ms, action: rollback, phases: [backfill]}
            """);
        await folder.Target.ExecuteAsync("CREATE TABLE public.people (id int PRIMARY KEY, name text NOT NULL, number int); INSERT INTO public.people SELECT i, CASE WHEN i > 60 AND i % 3 = 0 THEN 'x' ELSE i::text END FROM generate_series(1, 500) i");
        var outcome = (await folder.RunAsync("run")).MustBe(6);
        Assert.Contains("tripwire failing: 0.", outcome.Output + outcome.Error, StringComparison.Ordinal);
        Assert.Equal(0, await folder.Target.ScalarAsync<long>("SELECT count(number) FROM public.people"));
    }
}
