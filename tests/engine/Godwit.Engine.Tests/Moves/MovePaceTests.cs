using System.Diagnostics;
using Godwit.Engine.Moves;
using Godwit.Engine.Tests.Backfill;

namespace Godwit.Engine.Tests.Moves;

/// <summary>Who works for a share of the time rests for the others, in pieces short enough that nobody waits long.</summary>
public sealed class MovePaceTests
{
    [Theory]
    [InlineData(0.25)]
    [InlineData(0.1)]
    [InlineData(0.75)]
    public void Work_takes_its_share_of_the_time(double share)
    {
        var time = new AdvancingTime();
        var worker = new MovePace(share, time).Begin(TestContext.Current.CancellationToken);
        var worked = TimeSpan.Zero;
        while (time.Now < TimeSpan.FromSeconds(10))
        {
            time.Advance(TimeSpan.FromMilliseconds(0.1));
            worked += TimeSpan.FromMilliseconds(0.1);
            if (worker.IsDue) worker.Rest();
        }
        Assert.InRange(worked / time.Now, share - 0.02, share + 0.02);
    }

    [Fact]
    public void Pieces_of_work_are_shorter_than_a_scheduler_lets_anybody_have()
    {
        var time = new AdvancingTime();
        var worker = new MovePace(0.5, time).Begin(TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromMilliseconds(0.4));
        Assert.False(worker.IsDue);
        time.Advance(TimeSpan.FromMilliseconds(0.2));
        Assert.True(worker.IsDue);
    }

    [Fact]
    public void Who_is_told_of_pieces_rests_between_them_and_not_inside()
    {
        var time = new AdvancingTime();
        var worker = new MovePace(0.25, time).Begin(TestContext.Current.CancellationToken);
        worker.Between();
        time.Advance(TimeSpan.FromMilliseconds(8));
        Assert.False(worker.IsDue);
        var before = time.Now;
        worker.Between();
        Assert.InRange(time.Now - before, TimeSpan.FromMilliseconds(23), TimeSpan.FromMilliseconds(25));
        // A piece without an end is none.
        time.Advance(TimeSpan.FromMilliseconds(21));
        Assert.True(worker.IsDue);
    }

    [Fact]
    public void At_full_pace_nobody_rests()
    {
        var time = new AdvancingTime();
        var worker = new MovePace(1, time).Begin(TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromHours(1));
        Assert.False(worker.IsDue);
    }

    [Fact]
    public void A_wait_for_the_other_side_is_not_rested_from()
    {
        var time = new AdvancingTime();
        var worker = new MovePace(0.1, time).Begin(TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromMinutes(1));
        var before = time.Now;
        worker.Rest();
        Assert.InRange(time.Now - before, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(200));
    }

    [Fact]
    public async Task Who_is_ended_does_not_rest_on()
    {
        using var stop = new CancellationTokenSource();
        var worker = new MovePace(0.01, TimeProvider.System).Begin(stop.Token);
        await stop.CancelAsync();
        Action works = () =>
        {
            for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < TimeSpan.FromMinutes(1);) if (worker.IsDue) worker.Rest();
        };
        Assert.ThrowsAny<OperationCanceledException>(works);
    }
}
