using System.Diagnostics.Metrics;
using Godwit.Http.Problems;
using Godwit.Http.Settings;
using Godwit.Identity.Database;
using Godwit.Identity.Settings;
using Godwit.Security.Passwords;

namespace Godwit.Identity.Figures;

/// <summary>
/// Gauges of what the tables hold, looked at every fifteen seconds by statements that read an index and stop at ten thousand rows. Each host says the same of the one database: whoever adds hosts up takes the largest. While the
/// database is away nothing is said, rather than what was so before.
/// </summary>
internal sealed class IdentityFigures : IDisposable
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(15);

    private readonly IdentityDatabase _database;
    private readonly TimeProvider _time;
    private readonly TimeSpan _idle;
    private readonly Meter _meter = new(IdentityMeter.Name);
    private volatile DatabaseFigures? _now;

    public IdentityFigures(IdentityDatabase database, HashingGate hashing, SettingValues settings, TimeProvider time)
    {
        (_database, _time, _idle) = (database, time, TimeSpan.FromMinutes(settings.Whole(IdentitySettings.IdleMinutes.Name)));
        _meter.CreateObservableGauge("godwit.identity.hashing.waiting", () => hashing.Waiting, null, "Passwords that wait for their turn to be hashed on this host.");
        _meter.CreateObservableGauge("godwit.identity.sessions.active", () => One(f => f.ActiveSessions), null, "Sessions that are open: counted up to 10,000, estimated beyond.");
        _meter.CreateObservableGauge("godwit.identity.events.unsealed", () => One(f => f.UnsealedEvents), null, "Security events in no signed block yet, at most 10,000.");
        _meter.CreateObservableGauge("godwit.identity.events.unsealed.age", () => One(f => f.OldestUnsealed.TotalSeconds), "s", "Since the oldest security event was written that is in no signed block yet.");
        _meter.CreateObservableGauge("godwit.identity.data_requests.open", () => One(f => f.OpenRequests), null, "Data requests that are not answered yet.");
        _meter.CreateObservableGauge("godwit.identity.data_requests.overdue", () => One(f => f.OverdueRequests), null, "Data requests that are not answered, and whose due date is over.");
        _meter.CreateObservableGauge("godwit.identity.mails.waiting", () => Channels(q => q.Waiting), null, "Mails and text messages that wait, at most 10,000.");
        _meter.CreateObservableGauge("godwit.identity.mails.waiting.age", () => Channels(q => q.Oldest.TotalSeconds), "s", "Since the mail or text message was written that has waited longest.");
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                _now = await _database.WithAsync(connection => DatabaseFigures.ReadAsync(connection, _idle, stopping), stopping);
            }
            catch (ProblemException)
            {
                _now = null;
            }
            await Task.Delay(s_every, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<T>> One<T>(Func<DatabaseFigures, T> figure)
        where T : struct => _now is { } now ? [new Measurement<T>(figure(now))] : [];

    private IEnumerable<Measurement<T>> Channels<T>(Func<QueueFigures, T> figure)
        where T : struct =>
        _now is { } now ? [new Measurement<T>(figure(now.Mails), new KeyValuePair<string, object?>("channel", "email")), new Measurement<T>(figure(now.Texts), new KeyValuePair<string, object?>("channel", "sms"))] : [];
}
