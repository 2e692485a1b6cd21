using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using FsCheck;
using FsCheck.Fluent;
using Godwit.Telemetry.Metrics;
using Godwit.TestServers;

namespace Godwit.Telemetry.Tests.Metrics;

public sealed class MetricCollectionTests : IDisposable
{
    private readonly Meter _meter = new("Test." + Guid.NewGuid().ToString("N"));
    private readonly MetricCollection _metrics;

    public MetricCollectionTests() => _metrics = new MetricCollection(
        name => name == _meter.Name, new Dictionary<string, double[]> { ["shop.size"] = [1, 10, 2.5, double.PositiveInfinity] }, new MetricLimits { MostSeries = 5, MostMetrics = 12, LongestLabel = 50 });

    public void Dispose()
    {
        _metrics.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void A_counter_ends_in_total_and_OpenMetrics_says_so_in_the_sample_alone()
    {
        var counter = _meter.CreateCounter<long>("shop.orders", "{order}", "Orders that were placed.");
        counter.Add(2, new KeyValuePair<string, object?>("kind", "web"), new KeyValuePair<string, object?>("paid", true));
        counter.Add(3, new KeyValuePair<string, object?>("paid", true), new KeyValuePair<string, object?>("kind", "web"));
        counter.Add(-7, new KeyValuePair<string, object?>("paid", true), new KeyValuePair<string, object?>("kind", "web"));
        Assert.Equal(
            """
            # TYPE shop_orders_total counter
            # HELP shop_orders_total Orders that were placed.
            shop_orders_total{kind="web",paid="true"} 5

            """,
            _metrics.Expose(ExpositionFormat.Prometheus));
        Assert.Equal(
            """
            # TYPE shop_orders counter
            # HELP shop_orders Orders that were placed.
            shop_orders_total{kind="web",paid="true"} 5
            # EOF

            """,
            _metrics.Expose(ExpositionFormat.OpenMetrics));
    }

    [Fact]
    public void A_histogram_has_its_buckets_each_with_those_before_it_its_sum_and_its_count()
    {
        var sizes = _meter.CreateHistogram<double>("shop.size", "By", "Sizes.");
        foreach (var size in (double[])[0.5, 1, 2, 5, 100, double.NaN])
            sizes.Record(size);
        Assert.Equal(
            """
            # TYPE shop_size_bytes histogram
            # UNIT shop_size_bytes bytes
            # HELP shop_size_bytes Sizes.
            shop_size_bytes_bucket{le="1.0"} 2
            shop_size_bytes_bucket{le="2.5"} 3
            shop_size_bytes_bucket{le="10.0"} 4
            shop_size_bytes_bucket{le="+Inf"} 5
            shop_size_bytes_sum 108.5
            shop_size_bytes_count 5
            # EOF

            """,
            _metrics.Expose(ExpositionFormat.OpenMetrics));
    }

    [Fact]
    public void Buckets_are_those_that_the_instrument_advises()
    {
        _meter.CreateHistogram("shop.wait", "s", "Waits.", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 2] }).Record(1);
        Assert.Contains("shop_wait_seconds_bucket{le=\"0.5\"} 0\nshop_wait_seconds_bucket{le=\"2\"} 1\nshop_wait_seconds_bucket{le=\"+Inf\"} 1\n", _metrics.Expose(ExpositionFormat.Prometheus), StringComparison.Ordinal);
    }

    [Fact]
    public void Levels_go_up_and_down_and_what_is_observed_is_as_it_is_now()
    {
        var (level, observed) = (_meter.CreateUpDownCounter<int>("shop.queue"), new List<Measurement<long>> { new(4, new KeyValuePair<string, object?>("pool", "a")), new(1, new KeyValuePair<string, object?>("pool", "b")) });
        level.Add(5);
        level.Add(-2);
        _meter.CreateGauge<double>("shop.share", "1").Record(0.25);
        _meter.CreateObservableGauge("shop.pool", () => observed);
        _meter.CreateObservableCounter("shop.ticks", () => 7L);
        _meter.CreateObservableUpDownCounter("shop.open", () => (short)-3);
        var first = _metrics.Expose(ExpositionFormat.Prometheus);
        foreach (var line in (string[])["shop_queue 3", "shop_share_ratio 0.25", "shop_pool{pool=\"a\"} 4", "shop_pool{pool=\"b\"} 1", "shop_ticks_total 7", "shop_open -3"])
            Assert.Contains("\n" + line + "\n", first, StringComparison.Ordinal);
        observed.RemoveAt(1);
        Assert.DoesNotContain("pool=\"b\"", _metrics.Expose(ExpositionFormat.Prometheus), StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_beyond_the_bound_are_counted_together_and_it_is_said()
    {
        var counter = _meter.CreateCounter<int>("shop.visits");
        for (var i = 0; i < 1000; i++)
            counter.Add(1, new KeyValuePair<string, object?>("visitor", i));
        var text = _metrics.Expose(ExpositionFormat.Prometheus);
        Assert.Contains("shop_visits_total{overflow=\"true\"} 995\n", text, StringComparison.Ordinal);
        Assert.Contains("godwit_metrics_overflow_total{metric=\"shop_visits\"} 995\n", text, StringComparison.Ordinal);
        Assert.Equal(6, text.Split('\n').Count(l => l.StartsWith("shop_visits_total{", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_gauge_beyond_the_bound_is_what_was_said_last_and_no_sum_of_all_that_was_ever_said()
    {
        var level = _meter.CreateGauge<int>("shop.level");
        for (var round = 0; round < 100; round++)
        {
            for (var i = 0; i < 7; i++)
                level.Record(i, new KeyValuePair<string, object?>("shop", i));
        }
        Assert.Contains("shop_level{overflow=\"true\"} 6\n", _metrics.Expose(ExpositionFormat.Prometheus), StringComparison.Ordinal);
    }

    [Fact]
    public void What_has_no_end_or_goes_back_poisons_no_sum()
    {
        var (counter, sizes) = (_meter.CreateCounter<double>("shop.spent"), _meter.CreateHistogram<double>("shop.size", "By"));
        foreach (var value in (double[])[1, double.PositiveInfinity, double.NegativeInfinity, double.NaN, -5, 2])
        {
            counter.Add(value);
            sizes.Record(value);
        }
        var text = _metrics.Expose(ExpositionFormat.Prometheus);
        Assert.Contains("shop_spent_total 3\n", text, StringComparison.Ordinal);
        Assert.Contains("shop_size_bytes_sum 3\nshop_size_bytes_count 2\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_asked_for_and_what_is_added_up_are_not_one_metric_and_two_that_are_asked_are_added()
    {
        _meter.CreateCounter<int>("shop.mixed").Add(5);
        _meter.CreateObservableCounter("shop.mixed", () => 100);
        _meter.CreateObservableGauge("shop.both", () => 2);
        _meter.CreateObservableGauge("shop.both", () => 3);
        for (var i = 0; i < 2; i++)
        {
            var text = _metrics.Expose(ExpositionFormat.Prometheus);
            Assert.Contains("shop_mixed_total 5\n", text, StringComparison.Ordinal);
            Assert.Contains("shop_both 5\n", text, StringComparison.Ordinal);
            Assert.Contains("godwit_metrics_refused_total 1\n", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Names_that_become_the_same_sample_are_refused_and_promtool_reads_the_rest()
    {
        _meter.CreateCounter<int>("shop.foo", null, "A.").Add(1);
        _meter.CreateGauge<int>("shop.foo_total", null, "B.").Record(2);
        _meter.CreateHistogram<double>("shop.size", null, "C.").Record(3);
        _meter.CreateGauge<int>("shop.size.count", null, "D.").Record(4);
        var text = _metrics.Expose(ExpositionFormat.Prometheus);
        Assert.Contains("godwit_metrics_refused_total 2\n", text, StringComparison.Ordinal);
        Assert.Single(text.Split('\n'), l => l.StartsWith("shop_foo_total ", StringComparison.Ordinal));
        Assert.Single(text.Split('\n'), l => l.StartsWith("shop_size_count ", StringComparison.Ordinal));
        var (_, output) = await Promtool.RunAsync(text, "check", "metrics");
        Assert.DoesNotContain("error", output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Long_labels_that_begin_alike_stay_two_and_are_not_kept_as_they_were_given()
    {
        var counter = _meter.CreateCounter<int>("shop.paths");
        var kept = LongTag(counter);
        var text = _metrics.Expose(ExpositionFormat.Prometheus);
        Assert.Equal(2, text.Split('\n').Count(l => l.StartsWith("shop_paths_total{path=\"xxxxx", StringComparison.Ordinal)));
        Assert.All(text.Split('\n'), l => Assert.InRange(l.Length, 0, 200));
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.False(kept.TryGetTarget(out _));
    }

    [Fact]
    public void Instruments_beyond_the_bound_or_at_odds_over_their_name_are_counted()
    {
        for (var i = 0; i < 20; i++)
            _meter.CreateCounter<int>($"shop.many.{i}").Add(1);
        _meter.CreateGauge<int>("shop.many.0").Record(1);
        Assert.Contains("godwit_metrics_refused_total 12\n", _metrics.Expose(ExpositionFormat.Prometheus), StringComparison.Ordinal);
    }

    [Fact]
    public void An_instrument_that_fails_takes_no_other_with_it()
    {
        _meter.CreateObservableGauge("shop.broken", new Func<int>(() => throw new InvalidOperationException("no")));
        _meter.CreateObservableGauge("shop.whole", () => 1);
        var text = _metrics.Expose(ExpositionFormat.Prometheus);
        Assert.Contains("shop_whole 1\n", text, StringComparison.Ordinal);
        Assert.Contains("godwit_metrics_faults_total 1\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Meters_that_were_not_asked_for_are_left_out()
    {
        using var other = new Meter("Other");
        other.CreateCounter<int>("other").Add(1);
        Assert.Equal("", _metrics.Expose(ExpositionFormat.Prometheus));
    }

    [Fact]
    public void No_label_forges_a_line() =>
        Prop.ForAll<string, string>((name, value) =>
        {
            using var meter = new Meter("Forged." + Guid.NewGuid().ToString("N"));
            using var metrics = new MetricCollection(n => n == meter.Name);
            meter.CreateCounter<int>("shop.x").Add(1, new KeyValuePair<string, object?>(name ?? "", value + "\n\"} 5\nforged 1\\"));
            var lines = metrics.Expose(ExpositionFormat.Prometheus).Split('\n');
            return lines.Length == 4 && lines[2].StartsWith("shop_x_total{", StringComparison.Ordinal) && lines[2].EndsWith("\"} 1", StringComparison.Ordinal);
        }).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true));

    [Fact]
    public async Task Promtool_finds_nothing_to_say_about_the_text()
    {
        Everything();
        var (exitCode, output) = await Promtool.RunAsync(_metrics.Expose(ExpositionFormat.Prometheus), "check", "metrics");
        Assert.True(exitCode == 0 && output.Length == 0, output);
    }

    [Theory]
    [InlineData(ExpositionFormat.OpenMetrics)]
    [InlineData(ExpositionFormat.Prometheus)]
    public async Task Prometheus_reads_what_it_asks_for(ExpositionFormat format)
    {
        Everything();
        var faults = new List<string>();
        await using var exporter = new LoopbackService(request =>
        {
            var asked = ExpositionFormats.Choose(request.Headers["Accept"]);
            if (asked != ExpositionFormat.OpenMetrics)
                faults.Add(request.Headers["Accept"]);
            return new LoopbackAnswer(200, _metrics.Expose(format), ("Content-Type", format.ContentType()));
        });
        await using var prometheus = await Prometheus.StartAsync(exporter.Url, TestContext.Current.CancellationToken);
        using var client = new HttpClient();
        // up is 1 only when the whole answer was read.
        await Patience.UntilAsync(async () => (await client.GetStringAsync(new Uri(prometheus.Url + "/api/v1/query?query=up"), TestContext.Current.CancellationToken)).Contains(",\"1\"]", StringComparison.Ordinal));
        var read = await client.GetStringAsync(new Uri(prometheus.Url + "/api/v1/query?query=shop_size_bytes_bucket{le=\"10.0\"}"), TestContext.Current.CancellationToken);
        var counted = await client.GetStringAsync(new Uri(prometheus.Url + "/api/v1/query?query=shop_orders_total"), TestContext.Current.CancellationToken);
        Assert.Contains("shop_orders_total", counted, StringComparison.Ordinal);
        Assert.Equal(format == ExpositionFormat.OpenMetrics, read.Contains("shop_size_bytes_bucket", StringComparison.Ordinal));
        Assert.Empty(faults);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference<string> LongTag(Counter<int> counter)
    {
        var path = new string('x', 100_000);
        counter.Add(1, new KeyValuePair<string, object?>("path", path));
        counter.Add(1, new KeyValuePair<string, object?>("path", path + "y"));
        return new WeakReference<string>(path);
    }

    private void Everything()
    {
        var hostile = new KeyValuePair<string, object?>("from", "a\\b\"c\nd\u001b[31m\u202e\ud800é表");
        _meter.CreateCounter<long>("shop.orders", "{order}", "Orders,\nwith a \"line end\" and a \\ in the help.").Add(1, hostile);
        _meter.CreateHistogram<double>("shop.size", "By", "Sizes.").Record(3, hostile, new KeyValuePair<string, object?>("le", "x"));
        _meter.CreateHistogram<double>("shop.wait", "s", "Waits.").Record(0.01);
        _meter.CreateUpDownCounter<int>("shop.queue", "{order}", "Waiting orders.").Add(5);
        _meter.CreateGauge<double>("shop.share", "1", "A share.").Record(double.PositiveInfinity);
        _meter.CreateObservableCounter("shop.cpu", () => 1.5, "s", "Processor time.");
    }
}
