using Godwit.Engine.Moves;
using Godwit.TestServers;
using Npgsql;
using static Godwit.Postgres.Tests.Runs.RunTarget;

namespace Godwit.Postgres.Tests.Runs;

public sealed class RunStepTests(PostgresServers servers)
{
    [Fact]
    public async Task A_step_is_done_once_however_often_it_is_asked_for()
    {
        var target = await MakeAsync(servers);
        await using var runner = await target.BeginStoppedAsync();
        var step = new TargetStep("fill", "tables", "fill", "INSERT INTO public.numbers VALUES (1, 'x')");
        await runner.RunStepAsync(step, Token);
        await runner.RunStepAsync(step, Token);
        Assert.Equal(1, await target.CountAsync());
        Assert.Contains("fill", await runner.FinishedStepsAsync(Token));
    }

    [Fact]
    public async Task A_step_that_fails_is_not_noted()
    {
        var target = await MakeAsync(servers);
        await using var runner = await target.BeginStoppedAsync();
        await Assert.ThrowsAsync<PostgresException>(() => runner.RunStepAsync(new TargetStep("bad", "tables", "bad", "CREATE TABLE public.made (); SELECT 1 / 0"), Token));
        Assert.DoesNotContain("bad", await runner.FinishedStepsAsync(Token));
        Assert.True(await target.Database.ScalarAsync<bool>("SELECT to_regclass('public.made') IS NULL"));
    }

    [Fact]
    public async Task A_range_and_its_digest_arrive_together_and_once()
    {
        var target = await MakeAsync(servers);
        await using var runner = await target.BeginStoppedAsync();
        var copied = await CopyAsync(runner, 0, 1, 2);
        Assert.Equal(copied, await CopyAsync(runner, 0, 1, 2));
        await CopyAsync(runner, 1, 11);
        Assert.Equal(3, await target.CountAsync());
        var ranges = (await runner.RangesAsync(Token))["numbers"].ToList();
        Assert.Equal([(0, true, 2L), (1, true, 1L)], ranges.Select(r => (r.Ordinal, r.Done, r.Digest.Count)));
        Assert.Equal(copied.Digest, ranges[0].Digest);
    }

    [Fact]
    public async Task A_range_whose_source_fails_leaves_nothing()
    {
        var target = await MakeAsync(servers);
        await using var runner = await target.BeginStoppedAsync();
        await Assert.ThrowsAsync<InvalidDataException>(() => runner.CopyRangeAsync(
            target.Plan.Tables[0], 0, sink =>
            {
                Fill(sink, 1, 2, 3);
                throw new InvalidDataException("the source is gone");
            },
            fillQuarantine: null, keys: null, Token));
        Assert.Equal(0, await target.CountAsync());
        Assert.All((await runner.RangesAsync(Token))["numbers"], r => Assert.False(r.Done));
        await CopyAsync(runner, 0, 1, 2);
        Assert.Equal(2, await target.CountAsync());
    }

    [Fact]
    public async Task Steps_and_ranges_do_not_wait_for_the_disk_one_by_one_and_the_end_does()
    {
        var target = await MakeAsync(servers);
        // The test's server is set not to wait at all, which a user's is not.
        await target.Database.ExecuteAsync("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = on', current_database()); END $$");
        await using var runner = await target.BeginStoppedAsync();
        await target.Database.ExecuteAsync(
            """
            CREATE TABLE public.waits (what text, how text);
            CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.waits VALUES (TG_TABLE_NAME, current_setting('synchronous_commit')); RETURN NEW; END $$;
            CREATE TRIGGER t AFTER INSERT ON godwit.steps FOR EACH ROW EXECUTE FUNCTION public.note();
            CREATE TRIGGER t AFTER UPDATE ON godwit.ranges FOR EACH ROW EXECUTE FUNCTION public.note();
            CREATE TRIGGER t AFTER UPDATE ON godwit.runs FOR EACH ROW WHEN (NEW.state <> 'Running') EXECUTE FUNCTION public.note();
            """);
        await runner.RunStepAsync(new TargetStep("fill", "tables", "fill", "SELECT 1"), Token);
        await CopyAsync(runner, 0, 1, 2);
        await runner.FinishAsync(RunState.Verified, () => null, Token);
        Assert.Equal("ranges off, runs on, steps off", await target.Database.ScalarAsync<string>("SELECT string_agg(what || ' ' || how, ', ' ORDER BY what) FROM public.waits"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Copying.RangeCopy.FewestFrozenBytes)]
    public async Task A_table_of_one_range_is_emptied_before_it_is_copied(long bytes)
    {
        var target = await MakeAsync(servers, Schema.Plans.Of("public", [Numbers with { Ranges = [new Model.Moves.RowIdRange(null, null)], Bytes = bytes }]));
        await using var runner = await target.BeginStoppedAsync();
        await target.Database.ExecuteAsync("INSERT INTO numbers VALUES (99, 'a stranger')");
        await CopyAsync(runner, 0, 1, 2);
        Assert.Equal(2, await target.CountAsync());
    }
}
