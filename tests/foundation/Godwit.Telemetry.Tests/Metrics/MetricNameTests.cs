using Godwit.Telemetry.Metrics;

namespace Godwit.Telemetry.Tests.Metrics;

public sealed class MetricNameTests
{
    [Theory]
    [InlineData("godwit.redis.errors", null, false, "godwit_redis_errors", "")]
    [InlineData("http.server.request.duration", "s", false, "http_server_request_duration_seconds", "seconds")]
    [InlineData("http.server.active_requests", "{request}", true, "http_server_active_requests", "")]
    [InlineData("dotnet.gc.heap.total_allocated", "By", false, "dotnet_gc_heap_total_allocated_bytes", "bytes")]
    [InlineData("already.in.seconds", "s", false, "already_in_seconds", "seconds")]
    [InlineData("orders_total", null, false, "orders", "")]
    [InlineData("_total", null, false, "_total", "")]
    [InlineData("share", "1", true, "share_ratio", "ratio")]
    [InlineData("share", "1", false, "share", "")]
    [InlineData("speed", "m/s", true, "speed", "")]
    [InlineData("9lives and ünïcode", null, true, "_9lives_and__n_code", "")]
    public void A_name_is_by_the_convention(string instrument, string? unit, bool gauge, string family, string word) =>
        Assert.Equal(new MetricName(family, word), MetricName.Of(instrument, unit, gauge ? MetricKind.Gauge : MetricKind.Counter));

    [Theory]
    [InlineData("http.route", "http_route")]
    [InlineData("__name__", "label__name__")]
    [InlineData("1st", "_1st")]
    [InlineData("", "_")]
    [InlineData("a:b", "a_b")]
    public void A_label_is_one_that_Prometheus_takes(string name, string label) => Assert.Equal(label, MetricName.Label(name));
}
