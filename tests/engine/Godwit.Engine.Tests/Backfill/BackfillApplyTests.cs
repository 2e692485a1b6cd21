using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Godwit.Engine.Backfill;
using Godwit.Engine.Keys;
using Godwit.Engine.Steps;
using Godwit.Engine.Transforms;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using static Godwit.Engine.Tests.Transforms.Transforming;

namespace Godwit.Engine.Tests.Backfill;

/// <summary>How batches are cut, halved and paced, without a database.</summary>
public sealed class BackfillApplyTests
{
    private readonly AdvancingTime _time = new();
    private bool _pause;

    [Fact]
    public async Task A_table_is_gone_through_until_a_pass_had_nothing_to_write()
    {
        var table = new MemoryTable(2500);
        var (result, state, _) = await ApplyAsync(table);
        Assert.IsType<StepResult.Passed>(result);
        Assert.Equal(Enumerable.Range(1, 2500), table.Written.Order());
        Assert.Equal((true, 2, 2500L), (state.Finished, state.Pass, state.Written));
        Assert.Null(state.After);
    }

    [Fact]
    public async Task A_row_that_fails_is_cut_out_and_recorded_by_its_digest()
    {
        var table = new MemoryTable(3000) { Refused = [1777] };
        var (result, state, run) = await ApplyAsync(table, new BackfillOptions { FailureShare = 0.01m, Passes = 1 });
        Assert.IsType<StepResult.Passed>(result);
        Assert.Equal(Enumerable.Range(1, 3000).Except([1777]), table.Written.Order());
        Assert.Equal([new FailedRow(RowDigest.Of(state.DigestKey, ["1777"]), "SQLSTATE 23514")], state.Failed);
        Assert.Contains(state.Failed[0].Digest, result.Evidence["failed"], StringComparison.Ordinal);
        // Halving a batch of at most 1,500 rows takes eleven tries or so, and the row is tried three times alone.
        Assert.InRange(run.Transactions, 3, 40);
    }

    [Fact]
    public async Task A_row_whose_expression_fails_while_it_is_read_is_cut_out_too()
    {
        var table = new MemoryTable(100) { Unreadable = [50] };
        var (result, state, _) = await ApplyAsync(table, new BackfillOptions { FailureShare = 0.01m, Passes = 1 });
        Assert.IsType<StepResult.Passed>(result);
        Assert.Equal(99, table.Written.Count);
        Assert.Equal("SQLSTATE 22P02", Assert.Single(state.Failed).Reason);
    }

    [Fact]
    public async Task Without_a_share_the_first_failure_stops_and_says_why_without_a_value()
    {
        var table = new MemoryTable(100) { Refused = [7] };
        var (result, state, _) = await ApplyAsync(table);
        var failed = Assert.IsType<StepResult.Failed>(result);
        var finding = Assert.Single(failed.Findings);
        Assert.Equal(FindingCodes.TooManyFailures, finding.Code);
        Assert.Contains("SQLSTATE 23514", finding.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("a message that may hold a value", finding.Message, StringComparison.Ordinal);
        // It stands right before the row, so that a resume tries it again.
        Assert.Equal(["6"], state.After);
        Assert.Empty(state.Failed);
    }

    [Fact]
    public async Task What_was_stopped_goes_on_with_the_row_that_stopped_it()
    {
        var table = new MemoryTable(100) { Refused = [7] };
        var run = new MemoryRun(table);
        await ApplyAsync(table, run: run);
        table.Refused.Clear();
        var (result, _, _) = await ApplyAsync(table, run: run);
        Assert.IsType<StepResult.Passed>(result);
        Assert.Equal(100, table.Written.Count);
    }

    [Fact]
    public async Task A_row_that_collides_is_tried_again_and_not_recorded()
    {
        var table = new MemoryTable(64) { RefusedAtFirst = new() { [9] = 8 } };
        var (result, state, _) = await ApplyAsync(table);
        Assert.IsType<StepResult.Passed>(result);
        Assert.Equal(64, table.Written.Count);
        Assert.Empty(state.Failed);
    }

    [Fact]
    public async Task Batches_that_take_too_long_get_smaller()
    {
        var table = new MemoryTable(2000) { MostRows = 100 };
        var (result, _, _) = await ApplyAsync(table, new BackfillOptions { Passes = 1 });
        Assert.IsType<StepResult.Passed>(result);
        Assert.Equal(2000, table.Written.Count);
        Assert.True(table.Batches.Count(b => b > 100) < table.Batches.Count / 2, "most batches are of a size that fits");
    }

    [Fact]
    public async Task A_cap_of_rows_a_second_is_kept()
    {
        var (result, _, _) = await ApplyAsync(new MemoryTable(1000), new BackfillOptions { Pace = new PaceSettings { RowsPerSecond = 100 }, Passes = 1 });
        Assert.IsType<StepResult.Passed>(result);
        Assert.InRange(_time.Now.TotalSeconds, 9.9, 12);
    }

    [Fact]
    public async Task The_way_back_is_capped_by_what_it_takes_back_and_not_by_what_it_looks_at()
    {
        var table = new MemoryTable(100_000);
        table.Written.AddRange(Enumerable.Range(1, 300));
        var options = new BackfillOptions { Pace = new PaceSettings { RowsPerSecond = 100 } };
        var context = Context(new MemoryRun(table));
        var result = await new BackfillUndo(context, options, table, new PaceKeeper(context, options, new Unwatched()), countsAfter: true).RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal("300", Assert.IsType<StepResult.Passed>(result).Evidence["taken back"]);
        Assert.Empty(table.Written);
        // At the cap, two passes over everything would take more than half an hour.
        Assert.InRange(_time.Now.TotalSeconds, 2.9, 60);
    }

    [Fact]
    public async Task It_pauses_between_batches_when_somebody_asks_and_goes_on_from_there()
    {
        var table = new MemoryTable(3000);
        var run = new MemoryRun(table);
        _pause = true;
        var (paused, state, _) = await ApplyAsync(table, run: run);
        Assert.IsType<StepResult.Undecided>(paused);
        Assert.Equal(1000, state.Done);
        _pause = false;
        var (result, _, _) = await ApplyAsync(table, run: run);
        Assert.IsType<StepResult.Passed>(result);
        Assert.Equal(3000, table.Written.Count);
    }

    [Fact]
    public async Task A_target_at_three_times_its_baseline_is_left_alone_and_after_ten_minutes_a_person_looks()
    {
        var keeper = new PaceKeeper(Context(new MemoryRun(new MemoryTable(1))), new BackfillOptions(), new Unwatched());
        keeper.Pace.Baseline = TimeSpan.FromMilliseconds(10);
        keeper.Pace.Observe(new PaceSigns(TimeSpan.FromMilliseconds(31), null, null, null));
        var reason = await keeper.WaitAsync(TimeSpan.FromMilliseconds(100), 1000, TestContext.Current.CancellationToken);
        Assert.Contains("baseline", reason, StringComparison.Ordinal);
        Assert.InRange(_time.Now.TotalMinutes, 10, 11);
    }

    [Fact]
    public void Whatever_rows_fail_all_others_are_written_once_and_those_are_recorded() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(40), Prop.ForAll(Gen.Choose(1, 300).ListOf().ToArbitrary(), bad =>
        {
            var refused = bad.Distinct().Take(40).ToHashSet();
            var table = new MemoryTable(300) { Refused = refused };
            var (result, state, _) = ApplyAsync(table, new BackfillOptions { MinimumRows = 50, MaximumRows = 200, FailureShare = 0.5m, Passes = 1 }).GetAwaiter().GetResult();
            return result is StepResult.Passed
                && table.Written.Order().SequenceEqual(Enumerable.Range(1, 300).Except(refused))
                && state.Failed.Select(f => f.Digest).ToHashSet().SetEquals(refused.Select(r => RowDigest.Of(state.DigestKey, [$"{r}"])));
        }));

    private async Task<(StepResult Result, BackfillState State, MemoryRun Run)> ApplyAsync(MemoryTable table, BackfillOptions? options = null, MemoryRun? run = null)
    {
        run ??= new MemoryRun(table);
        options ??= new BackfillOptions();
        var context = Context(run);
        var task = new BackfillTask { From = new TableReference("public", "t"), Columns = [new FilledColumn("b", Bind("copy: a"))] };
        var keeper = new PaceKeeper(context, options, new Unwatched());
        var computer = await RowComputer.OpenAsync(task, Variables, NoRunKeyring.Instance, TestContext.Current.CancellationToken);
        var result = await new BackfillApply(context, options, table, computer, keeper).RunAsync(TestContext.Current.CancellationToken);
        return (result, BackfillState.Read(run.Progress)!, run);
    }

    private StepContext Context(MemoryRun run) => new()
    {
        Run = Guid.Empty,
        Step = new StepSettings { Id = "fill", Kind = "backfill", Settings = new JsonObject() },
        Phase = Phase.Backfill,
        Target = run,
        IdempotencyKey = "",
        Effects = null!,
        Folder = ".",
        Time = _time,
        Environment = Variables,
        Progress = new Quiet(),
        PauseRequested = () => _pause,
    };

    private sealed class Quiet : IStepProgress
    {
        public void Report(long done, long? total, string? note = null)
        {
        }
    }

    private sealed class Unwatched : IPaceWatch
    {
        public IReadOnlyList<string> Unseen => [];

        public Task<PaceSigns> ReadAsync(Godwit.Engine.Runs.IRunSession session, CancellationToken cancellation) => Task.FromResult(default(PaceSigns));
    }
}
