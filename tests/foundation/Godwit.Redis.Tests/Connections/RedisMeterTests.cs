using System.Diagnostics.Metrics;
using Godwit.Redis.Connections;

namespace Godwit.Redis.Tests.Connections;

public sealed class RedisMeterTests
{
    [Fact]
    public async Task Every_kind_and_result_has_a_series_before_anything_has_happened_whoever_began_to_listen_when()
    {
        await using var client = new RedisClient(RedisServerFixture.Settings(1));
        var seen = new List<string>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, l) => { if (instrument.Meter.Name == "Godwit.Redis") l.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => seen.Add(string.Join(' ', [instrument.Name, .. tags.ToArray().Select(t => $"{t.Value}")])));
        listener.Start();
        listener.RecordObservableInstruments();
        Assert.Equal(
            [
                "godwit.redis.answers", "godwit.redis.connections failed", "godwit.redis.connections made", "godwit.redis.errors lost", "godwit.redis.errors moved", "godwit.redis.errors refused",
                "godwit.redis.errors server", "godwit.redis.errors timeout", "godwit.redis.errors unavailable",
            ],
            seen.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("OOM", "Server")]
    [InlineData("MISCONF", "Server")]
    [InlineData("READONLY", "Server")]
    [InlineData("NOAUTH", "Server")]
    [InlineData("LOADING", "Server")]
    [InlineData("BUSY", "Server")]
    [InlineData("CLUSTERDOWN", "Server")]
    [InlineData("WRONGTYPE", "Refused")]
    [InlineData("NOSCRIPT", "Refused")]
    [InlineData("NOPERM", "Refused")]
    [InlineData("ERR", "Refused")]
    public void A_refusal_is_the_servers_fault_or_the_callers(string code, string kind) => Assert.Equal(kind, RedisErrorKinds.OfRefusal(code).ToString());
}
