using FsCheck;
using FsCheck.Fluent;
using Godwit.Engine.Backfill;

namespace Godwit.Engine.Tests.Backfill;

public sealed class PaceTests
{
    private static readonly PaceSigns Calm = new(null, TimeSpan.Zero, 0, 0.1);

    private readonly AdvancingTime _time = new();

    [Fact]
    public void Half_the_time_is_worked_at_first()
    {
        var pace = new Pace(new PaceSettings(), _time);
        Assert.Equal(TimeSpan.FromMilliseconds(100), pace.PauseAfter(TimeSpan.FromMilliseconds(100), 1000));
    }

    [Fact]
    public void Calm_seconds_add_two_hundredths_up_to_all_of_the_time()
    {
        var pace = new Pace(new PaceSettings(), _time);
        pace.Observe(Calm);
        Assert.Equal(0.52, pace.Share, 9);
        for (var i = 0; i < 100; i++) pace.Observe(Calm);
        Assert.Equal(1, pace.Share);
        Assert.Equal(TimeSpan.Zero, pace.PauseAfter(TimeSpan.FromSeconds(1), 1000));
    }

    public static TheoryData<string, double?, double?, long?, double?> Strains => new()
    {
        { "probe", 121, null, null, null },
        { "lag", null, 1001, null, null },
        { "lock", null, null, 1, null },
        { "WAL", null, null, null, 0.71 },
    };

    [Theory]
    [MemberData(nameof(Strains))]
    public void Any_sign_of_strain_halves_the_share(string reason, double? probe, double? lag, long? waiters, double? wal)
    {
        var pace = new Pace(new PaceSettings(), _time) { Baseline = TimeSpan.FromMilliseconds(100) };
        pace.Observe(new PaceSigns(Milliseconds(probe), Milliseconds(lag), waiters, wal));
        Assert.Equal(0.25, pace.Share);
        Assert.Contains(reason, pace.Strain, StringComparison.Ordinal);
        pace.Observe(Calm);
        Assert.Null(pace.Strain);
    }

    [Fact]
    public void What_is_just_allowed_is_no_strain()
    {
        var pace = new Pace(new PaceSettings(), _time) { Baseline = TimeSpan.FromMilliseconds(100) };
        pace.Observe(new PaceSigns(TimeSpan.FromMilliseconds(120), TimeSpan.FromSeconds(1), 0, 0.7));
        Assert.Null(pace.Strain);
    }

    [Fact]
    public void What_is_not_seen_is_no_strain()
    {
        var pace = new Pace(new PaceSettings(), _time);
        pace.Observe(default);
        Assert.Null(pace.Strain);
        Assert.False(pace.IsStopped);
    }

    [Fact]
    public void A_probe_below_its_objective_may_be_slower_than_before()
    {
        var pace = new Pace(new PaceSettings { Objective = TimeSpan.FromMilliseconds(50) }, _time) { Baseline = TimeSpan.FromMilliseconds(10) };
        pace.Observe(Calm with { ProbeP99 = TimeSpan.FromMilliseconds(29) });
        Assert.Null(pace.Strain);
        pace.Observe(Calm with { ProbeP99 = TimeSpan.FromMilliseconds(51) });
        Assert.NotNull(pace.Strain);
    }

    [Fact]
    public void A_probe_below_its_objective_stops_nothing_however_fast_it_was_before()
    {
        var pace = new Pace(new PaceSettings { Objective = TimeSpan.FromMilliseconds(50) }, _time) { Baseline = TimeSpan.FromMilliseconds(10) };
        pace.Observe(Calm with { ProbeP99 = TimeSpan.FromMilliseconds(49) });
        Assert.False(pace.IsStopped);
        pace.Observe(Calm with { ProbeP99 = TimeSpan.FromMilliseconds(50) });
        Assert.True(pace.IsStopped);
    }

    [Fact]
    public void How_much_WAL_may_be_written_can_be_set()
    {
        var pace = new Pace(new PaceSettings { WalShare = 2 }, _time);
        pace.Observe(Calm with { WalShare = 1.9 });
        Assert.Null(pace.Strain);
        pace.Observe(Calm with { WalShare = 2.1 });
        Assert.NotNull(pace.Strain);
    }

    [Fact]
    public void At_three_times_the_baseline_it_stops_until_the_probe_is_below_again()
    {
        var pace = new Pace(new PaceSettings(), _time) { Baseline = TimeSpan.FromMilliseconds(10) };
        pace.Observe(Calm with { ProbeP99 = TimeSpan.FromMilliseconds(30) });
        Assert.True(pace.IsStopped);
        pace.Observe(Calm with { ProbeP99 = TimeSpan.FromMilliseconds(29) });
        Assert.False(pace.IsStopped);
    }

    [Theory]
    [InlineData(100, 100, 50, 950)]
    [InlineData(100, 1000, 50, 9950)]
    [InlineData(1_000_000, 1000, 50, 50)]
    public void A_cap_of_rows_a_second_is_kept_over_work_and_pause(int cap, int rows, double worked, double pause) =>
        Assert.Equal(TimeSpan.FromMilliseconds(pause), new Pace(new PaceSettings { RowsPerSecond = cap }, _time).PauseAfter(TimeSpan.FromMilliseconds(worked), rows));

    [Fact]
    public void The_least_pause_is_kept_when_nothing_strains()
    {
        var pace = new Pace(new PaceSettings { Pause = TimeSpan.FromMilliseconds(250) }, _time);
        for (var i = 0; i < 100; i++) pace.Observe(Calm);
        Assert.Equal(TimeSpan.FromMilliseconds(250), pace.PauseAfter(TimeSpan.FromMilliseconds(100), 1000));
    }

    [Fact]
    public void An_observation_is_due_each_second()
    {
        var pace = new Pace(new PaceSettings(), _time);
        Assert.False(pace.IsDue);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(pace.IsDue);
        pace.Observe(Calm);
        Assert.False(pace.IsDue);
    }

    [Fact]
    public void The_share_stays_between_its_bounds_and_work_takes_that_share_of_the_time() =>
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(Gen.Elements(true, false).ListOf().ToArbitrary(), strains =>
        {
            var pace = new Pace(new PaceSettings(), _time);
            foreach (var strain in strains) pace.Observe(strain ? Calm with { LockWaiters = 3 } : Calm);
            var worked = TimeSpan.FromMilliseconds(100);
            var share = worked / (worked + pace.PauseAfter(worked, 1));
            return pace.Share is >= Pace.LeastShare and <= 1 && Math.Abs(share - pace.Share) < 1e-6;
        }));

    [Fact]
    public void The_percentile_forgets_what_is_older_than_the_window()
    {
        var window = new LatencyWindow(TimeSpan.FromSeconds(10), _time);
        Assert.Null(window.P99());
        window.Add(TimeSpan.FromSeconds(5));
        _time.Advance(TimeSpan.FromSeconds(6));
        for (var i = 1; i <= 99; i++) window.Add(TimeSpan.FromMilliseconds(i));
        Assert.Equal(TimeSpan.FromMilliseconds(99), window.P99());
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(TimeSpan.FromMilliseconds(99), window.P99());
        Assert.Equal(99, window.Count);
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.Null(window.P99());
    }

    private static TimeSpan? Milliseconds(double? count) => count is { } n ? TimeSpan.FromMilliseconds(n) : null;
}
