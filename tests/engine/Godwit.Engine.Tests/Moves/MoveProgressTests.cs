using Godwit.Engine.Moves;

namespace Godwit.Engine.Tests.Moves;

public sealed class MoveProgressTests
{
    private sealed class SteppedTime : TimeProvider
    {
        private long _ticks = 1000;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Step(double seconds) => _ticks += TimeSpan.FromSeconds(seconds).Ticks;
    }

    private readonly SteppedTime _time = new();

    [Fact]
    public void A_sample_tells_phase_item_counts_rates_and_time_left()
    {
        var progress = new MoveProgress(_time);
        progress.Begin(MovePhase.Copy, total: 400);
        progress.At("Artist");
        progress.Add(60, 1_000_000);
        progress.Add(40, 3_000_000);
        _time.Step(2);
        var sample = progress.Sample();
        Assert.Equal(new ProgressSample(MovePhase.Copy, "Artist", 100, 400, 4_000_000, TimeSpan.FromSeconds(2)), sample);
        Assert.Equal((50, 2, TimeSpan.FromSeconds(6)), (sample.PerSecond, sample.MegabytesPerSecond, sample.Left!.Value));
    }

    [Fact]
    public void Without_a_rate_or_a_total_no_time_left_is_made_up()
    {
        var progress = new MoveProgress(_time);
        progress.Begin(MovePhase.Copy, total: 400);
        Assert.Equal((null, 0, 0), (progress.Sample().Left, progress.Sample().PerSecond, progress.Sample().MegabytesPerSecond));
        progress.Begin(MovePhase.Copy);
        progress.Add(5);
        _time.Step(1);
        Assert.Null(progress.Sample().Left);
    }

    [Fact]
    public void More_rows_than_were_counted_leave_no_negative_time()
    {
        var progress = new MoveProgress(_time);
        progress.Begin(MovePhase.Verify, total: 10);
        progress.Add(12);
        _time.Step(1);
        Assert.Equal(TimeSpan.Zero, progress.Sample().Left);
    }

    [Fact]
    public void Each_phase_begins_at_nothing_and_its_time_is_kept()
    {
        var phases = new List<MovePhase>();
        var progress = new MoveProgress(_time) { PhaseBegan = phases.Add };
        _time.Step(1);
        progress.Begin(MovePhase.Copy, 5);
        progress.At("Artist");
        progress.Add(5, 5);
        _time.Step(2);
        progress.Begin(MovePhase.Index, 3);
        Assert.Equal(new ProgressSample(MovePhase.Index, "", 0, 3, 0, TimeSpan.Zero), progress.Sample());
        _time.Step(4);
        progress.End();
        Assert.Equal([MovePhase.Copy, MovePhase.Index], phases);
        Assert.Equal(
            new Dictionary<MovePhase, TimeSpan> { [MovePhase.Open] = TimeSpan.FromSeconds(1), [MovePhase.Copy] = TimeSpan.FromSeconds(2), [MovePhase.Index] = TimeSpan.FromSeconds(4) },
            progress.Costs.ToDictionary(c => c.Key, c => c.Value.Elapsed));
    }

    [Fact]
    public void A_phase_that_comes_again_adds_up()
    {
        var progress = new MoveProgress(_time);
        foreach (var seconds in (int[])[2, 3])
        {
            progress.Begin(MovePhase.Copy);
            _time.Step(seconds);
        }
        progress.End();
        Assert.Equal(TimeSpan.FromSeconds(5), progress.Costs[MovePhase.Copy].Elapsed);
    }

    [Fact]
    public async Task Workers_count_without_losing_a_row()
    {
        var progress = new MoveProgress(_time);
        progress.Begin(MovePhase.Copy);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 10_000; i++) progress.Add(1, 3);
        })));
        Assert.Equal((80_000, 240_000), (progress.Sample().Done, progress.Sample().Bytes));
    }
}
