using System.Diagnostics.Metrics;

namespace Godwit.Security.Keyring;

/// <summary>
/// The policy's figures of each purpose's active key, for whoever listens to the meter <c>Godwit.Keyring</c>: <c>godwit.key.age</c> in seconds, <c>godwit.key.overdue</c> (1 when it has to be
/// rotated, or encrypts no more), <c>godwit.key.budget.used</c> as a share of what one key may encrypt. The label is the purpose, and never a key's id.
/// </summary>
public sealed class KeyPolicyMeter : IDisposable
{
    public const string Name = "Godwit.Keyring";

    private readonly Meter _meter = new(Name);
    private volatile IReadOnlyList<(KeyRecord Key, KeyAge Age)> _status = [];

    public KeyPolicyMeter()
    {
        _meter.CreateObservableGauge("godwit.key.age", () => Measure(age => age.Age.TotalSeconds), "s", "Since the active key of a purpose became active.");
        _meter.CreateObservableGauge("godwit.key.overdue", () => Measure(age => age.Due is RotationDue.Overdue or RotationDue.Exhausted ? 1 : 0), null, "Whether the active key of a purpose has to be rotated.");
        _meter.CreateObservableGauge("godwit.key.budget.used", () => Measure(age => (double)age.Values / RotationPolicy.HardLimit), "1", "How much of what one key may encrypt the active key of a purpose has encrypted.");
    }

    /// <summary>Takes over what the policy said last (<see cref="KeyAdministration.StatusAsync"/>).</summary>
    public void Update(IReadOnlyList<(KeyRecord Key, KeyAge Age)> status) => _status = status;

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<double>> Measure(Func<KeyAge, double> figure) =>
        _status.Where(s => s.Key.State == KeyState.Active).Select(s => new Measurement<double>(figure(s.Age), new KeyValuePair<string, object?>("purpose", s.Key.Purpose.Name)));
}
