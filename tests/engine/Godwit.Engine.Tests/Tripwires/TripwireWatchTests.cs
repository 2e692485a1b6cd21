using Godwit.Engine.Ledger;
using Godwit.Engine.Tripwires;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Tests.Tripwires;

/// <summary>What is on record at each moment, since a process may be killed at each.</summary>
public sealed class TripwireWatchTests
{
    private const string Errors = """{"id":"errors","sql":{"query":"errors","search_path":"public","statement_timeout":"5s"},"above":"5","every":"100ms","action":"rollback","baseline":"0s","stop_within":"1h","no_data":{"after":"300ms","action":"pause"}}""";

    private static readonly Dictionary<string, Func<string?>> s_fine = new(StringComparer.Ordinal) { ["errors"] = () => "1", ["slow"] = () => "1" };

    [Fact]
    public async Task A_rollback_that_was_asked_for_stays_on_record_when_its_source_goes_silent()
    {
        await using var run = await WatchedRun.BeginAsync(s_fine, Errors);
        run.Watch.Enter(Phase.Switch, back: false);
        run.Answer("errors", () => "6");
        await WatchedRun.UntilAsync(() => run.Store.Entries(TripwireNote.Fired).Count == 1);
        run.Answer("errors", () => null);
        await WatchedRun.UntilAsync(() => run.Store.Entries(TripwireNote.Fired).Count == 2);
        Assert.Equal("pause", run.Store.Entries(TripwireNote.Fired)[1]["action"]!.GetValue<string>());
        Assert.Equal("no-data", run.Store.Entries(TripwireNote.Fired)[1]["cause"]!.GetValue<string>());
        Assert.Equal((TripwireAction.Rollback, TripwireCause.OutOfBounds), (run.Store.Row("errors")!.Fired!.Action, run.Store.Row("errors")!.Fired!.Cause));
        Assert.Equal(TripwireAction.Rollback, run.Watch.Tripped!.Action);
        Assert.Equal("errors", run.Watch.Unfollowed!.Id);
    }

    [Fact]
    public async Task Where_it_stood_a_moment_ago_is_saved_without_taking_back_that_it_has_fired()
    {
        await using var run = await WatchedRun.BeginAsync(s_fine, Errors);
        var (saving, go, saved) = (new TaskCompletionSource(), new TaskCompletionSource(), 0);
        run.Store.BeforeCommit = async entry =>
        {
            if (entry || Interlocked.Increment(ref saved) > 1) return;
            saving.SetResult();
            await go.Task;
        };
        run.Watch.Enter(Phase.Switch, back: false);
        await saving.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        run.Answer("errors", () => "6");
        await WatchedRun.UntilAsync(() => run.Store.Entries(TripwireNote.Fired).Count == 1);
        // The one that was waiting comes last, as the first of the next process would find it.
        run.Store.BeforeCommit = _ => throw new LedgerException("the process is killed here", new IOException());
        go.SetResult();
        await WatchedRun.UntilAsync(() => run.Store.Row("errors")!.State.Value is not null);
        await run.Watch.EndAsync();
        Assert.Equal(TripwireAction.Rollback, run.Store.Row("errors")!.Fired?.Action);
    }

    [Fact]
    public async Task What_could_not_be_put_on_record_is_not_kept_as_having_fired()
    {
        const string Other = """{"id":"slow","sql":{"query":"slow","search_path":"public","statement_timeout":"5s"},"above":"5","every":"100ms","baseline":"0s"}""";
        await using var run = await WatchedRun.BeginAsync(s_fine, Errors, Other);
        var (trying, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        run.Store.BeforeCommit = entry =>
        {
            if (entry) trying.TrySetResult();
            return entry ? go.Task : Task.CompletedTask;
        };
        run.Answer("errors", () => "6");
        run.Watch.Enter(Phase.Switch, back: false);
        await trying.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        // Killed now, the next process has to find it as one that may yet fire.
        var saved = run.Store.Row("slow")?.State.LookedAt;
        await WatchedRun.UntilAsync(() => run.Store.Row("slow")?.State.LookedAt > (saved ?? default));
        Assert.Equal((false, null), (run.Store.Row("errors")?.State.Held ?? false, run.Store.Row("errors")?.Fired));
        go.SetResult();
        await WatchedRun.UntilAsync(() => run.Store.Row("errors") is { State.Held: true, Fired: not null });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_could_not_be_put_on_record_fires_again_with_the_next_look(bool expected)
    {
        await using var run = await WatchedRun.BeginAsync(s_fine, Errors);
        var tries = 0;
        run.Store.BeforeCommit = entry => entry && Interlocked.Increment(ref tries) == 1
            ? throw (expected ? new LedgerException("no room", new IOException()) : new InvalidDataException()) : Task.CompletedTask;
        run.Answer("errors", () => "6");
        run.Watch.Enter(Phase.Switch, back: false);
        await WatchedRun.UntilAsync(() => run.Watch.Tripped is not null);
        Assert.Equal(2, tries);
        Assert.Single(run.Store.Entries(TripwireNote.Fired));
        Assert.Equal(!expected, run.Notes.Any(n => n.Contains(nameof(InvalidDataException), StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("79228162514264337593543950335")]
    public async Task A_figure_that_nobody_can_reckon_with_is_no_data_and_ends_no_watch(string? answer)
    {
        const string Sum = """{"id":"errors","sql":{"query":"errors","search_path":"public","statement_timeout":"5s"},"above":"5","every":"100ms","action":"rollback","baseline":"0s","aggregate":"sum","window":"10s","no_data":{"after":"300ms","action":"pause"}}""";
        await using var run = await WatchedRun.BeginAsync(s_fine, Sum);
        run.Answer("errors", () => answer is null ? throw new InvalidCastException() : Answers(answer));
        run.Watch.Enter(Phase.Switch, back: false);
        // The first of two that are too large together is out of bounds by itself; without any there is silence.
        await WatchedRun.UntilAsync(() => run.Watch.Tripped is not null);
        await WatchedRun.UntilAsync(() => run.Store.Entries(TripwireNote.Fired).Any(e => e["cause"]!.GetValue<string>() == "no-data"));
        await run.Watch.EndAsync();

        static string Answers(string number) => number;
    }

    [Fact]
    public void A_bound_beyond_all_figures_is_the_largest()
    {
        var bounds = new TripwireBounds(null, null, AboveFactor: 2, BelowFactor: 0.5m);
        Assert.Equal(decimal.MaxValue, bounds.Resolve(decimal.MaxValue).Top);
        Assert.False(bounds.IsOut(decimal.MaxValue, decimal.MaxValue));
        Assert.Equal(decimal.MinValue, bounds.Resolve(decimal.MinValue).Top);
    }

    [Fact]
    public async Task The_step_is_ended_when_the_first_wants_it_whatever_another_would_wait_for()
    {
        const string First = """{"id":"errors","sql":{"query":"errors","search_path":"public","statement_timeout":"5s"},"above":"5","every":"100ms","action":"rollback","baseline":"0s","stop_within":"1s"}""";
        const string Second = """{"id":"slow","sql":{"query":"slow","search_path":"public","statement_timeout":"5s"},"above":"5","every":"100ms","action":"pause","baseline":"0s","stop_within":"1h"}""";
        await using var run = await WatchedRun.BeginAsync(s_fine, First, Second);
        run.Watch.Enter(Phase.Switch, back: false);
        run.Answer("errors", () => "6");
        await WatchedRun.UntilAsync(() => run.Watch.Tripped is not null);
        run.Answer("slow", () => "6");
        await WatchedRun.UntilAsync(() => run.Store.Entries(TripwireNote.Fired).Count == 2);
        await WatchedRun.UntilAsync(() => run.Watch.Stop.IsCancellationRequested);
        Assert.Equal("errors", run.Watch.Tripped!.Id);
    }

    [Theory]
    [InlineData("\"above_baseline\":\"2x\"", true)]
    [InlineData("\"above\":\"5\"", false)]
    public async Task A_bound_relative_to_the_baseline_needs_one_even_where_silence_only_warns(string bound, bool pauses)
    {
        await using var run = await WatchedRun.BeginAsync(s_fine, $$"""{"id":"errors","sql":{"query":"errors","search_path":"public","statement_timeout":"5s"},{{bound}},"every":"100ms","baseline":"200ms","action":"rollback","no_data":{"after":"300ms","action":"warn"} }""");
        run.Answer("errors", () => null);
        var missing = await run.Watch.MeasureAsync(() => Task.FromResult(false), TestContext.Current.CancellationToken);
        Assert.Equal(pauses ? FindingCodes.BaselineMissing : null, missing?.Finding.Code);
    }
}
