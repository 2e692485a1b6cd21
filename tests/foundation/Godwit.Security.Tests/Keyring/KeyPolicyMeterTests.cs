using System.Diagnostics.Metrics;
using Godwit.Security.Keyring;

namespace Godwit.Security.Tests.Keyring;

/// <summary>What a listener to the policy's meter is told.</summary>
public sealed class KeyPolicyMeterTests : IDisposable
{
    private readonly KeyringBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task The_active_key_of_each_purpose_has_its_age_and_says_when_it_is_overdue()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var meter = new KeyPolicyMeter();
        var told = new Dictionary<(string, string), double>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, listening) => { if (instrument.Meter.Name == KeyPolicyMeter.Name) listening.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => told[(instrument.Name, (string)tags[0].Value!)] = value);
        listener.Start();
        await _bench.Administration.CreateAsync(KeyPurpose.Data, cancellation);
        _bench.Clock.Now += TimeSpan.FromDays(91);
        await _bench.Administration.CreateAsync(KeyPurpose.Index, cancellation);
        meter.Update(await _bench.Administration.StatusAsync(RotationPolicy.Default, cancellation));
        listener.RecordObservableInstruments();
        Assert.Equal((1d, 0d), (told[("godwit.key.overdue", "data")], told[("godwit.key.overdue", "index")]));
        Assert.Equal((91 * 86_400d, 0d), (told[("godwit.key.age", "data")], told[("godwit.key.age", "index")]));
        Assert.Equal(0d, told[("godwit.key.budget.used", "data")]);
    }
}
