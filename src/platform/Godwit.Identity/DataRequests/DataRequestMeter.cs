using System.Diagnostics.Metrics;
using Godwit.Identity.Database;

namespace Godwit.Identity.DataRequests;

/// <summary>How many requests wait, and how many of them for too long: what an alert hangs on. Every host tells the same figures, as old as half a minute.</summary>
internal sealed class DataRequestMeter : IDisposable
{
    private readonly IdentityDatabase _database;
    private readonly Meter _meter = new("Godwit.Identity");
    private readonly Counter<long> _answered;
    private IReadOnlyList<(string Type, long Open, long Overdue)> _seen = [];

    public DataRequestMeter(IdentityDatabase database)
    {
        _database = database;
        _answered = _meter.CreateCounter<long>("godwit.identity.data_requests.answered", null, "Data requests that were answered by this host, by type and outcome.");
        _meter.CreateObservableGauge("godwit.identity.data_requests.open", () => _seen.Select(s => new Measurement<long>(s.Open, Label("type", s.Type))), null, "Data requests that are not answered yet, by type.");
        _meter.CreateObservableGauge("godwit.identity.data_requests.overdue", () => _seen.Select(s => new Measurement<long>(s.Overdue, Label("type", s.Type))), null, "Data requests that were not answered by their due date, by type.");
    }

    public void Answered(string type, string outcome) => _answered.Add(1, Label("type", type), Label("outcome", outcome));

    public async Task MeasureAsync(CancellationToken cancellation) => _seen = await _database.WithAsync(
        connection => Statement.AllAsync(
            connection,
            """
            SELECT t, count(r.id), count(r.id) FILTER (WHERE r.due_at < now())
            FROM unnest(ARRAY['access', 'erasure', 'portability', 'rectification']) t LEFT JOIN identity.data_subject_requests r ON r.request_type = t AND r.status IN ('pending', 'in_progress') GROUP BY t
            """,
            r => (r.GetString(0), r.GetInt64(1), r.GetInt64(2)), cancellation),
        cancellation);

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);
}
