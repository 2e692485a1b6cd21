using Godwit.Identity.Database;
using Npgsql;

namespace Godwit.Identity.Figures;

/// <summary>What the tables say at one moment.</summary>
/// <param name="ActiveSessions">Sessions that are open: counted up to <see cref="MostCounted"/>, estimated by the planner beyond.</param>
/// <param name="UnsealedEvents">Security events in no block yet, at most <see cref="MostCounted"/>.</param>
/// <param name="OldestUnsealed">Since the oldest of them was written.</param>
/// <param name="OpenRequests">Data requests that nobody has answered.</param>
/// <param name="OverdueRequests">Of these, those whose due date is over.</param>
/// <param name="Mails">Mails that wait.</param>
/// <param name="Texts">Text messages that wait.</param>
internal sealed record DatabaseFigures(long ActiveSessions, long UnsealedEvents, TimeSpan OldestUnsealed, long OpenRequests, long OverdueRequests, QueueFigures Mails, QueueFigures Texts)
{
    /// <summary>Beyond it nobody waits for a count.</summary>
    public const int MostCounted = 10_000;

    private const string OpenSessions = "SELECT 1 FROM identity.user_sessions WHERE NOT revoked AND expires_at > now() AND rotated_at > now() - $1";

    public static async Task<DatabaseFigures> ReadAsync(NpgsqlConnection connection, TimeSpan idle, CancellationToken cancellation)
    {
        var most = MostCounted;
        var sessions = await Statement.FirstAsync(connection, $"SELECT count(*) FROM ({OpenSessions} LIMIT $2) s", r => r.GetInt64(0), cancellation, Statement.P(idle), Statement.P(most));
        if (sessions == most) sessions = Math.Max(most, await EstimateAsync(connection, idle, cancellation));
        var (unsealed, age) = await Statement.FirstAsync(
            connection,
            """
            SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::double precision
            FROM (SELECT created_at FROM identity.user_security_events WHERE block IS NULL ORDER BY id LIMIT $1) e
            """,
            r => (r.GetInt64(0), r.GetDouble(1)), cancellation, Statement.P(most));
        var (open, overdue) = await Statement.FirstAsync(
            connection, "SELECT count(*), count(*) FILTER (WHERE due_at < now()) FROM identity.data_subject_requests WHERE status IN ('pending', 'in_progress')", r => (r.GetInt64(0), r.GetInt64(1)), cancellation);
        return new DatabaseFigures(sessions, unsealed, TimeSpan.FromSeconds(Math.Max(0, age)), open, overdue, await QueueFigures.ReadAsync(connection, "mail_outbox", cancellation), await QueueFigures.ReadAsync(connection, "sms_outbox", cancellation));
    }

    /// <summary>What the planner expects of the statement: it reads no row of the table.</summary>
    private static async Task<long> EstimateAsync(NpgsqlConnection connection, TimeSpan idle, CancellationToken cancellation)
    {
        var plan = await Statement.FirstAsync(connection, $"EXPLAIN (FORMAT JSON) {OpenSessions}", r => r.GetString(0), cancellation, Statement.P(idle));
        using var document = System.Text.Json.JsonDocument.Parse(plan!);
        return (long)document.RootElement[0].GetProperty("Plan").GetProperty("Plan Rows").GetDouble();
    }
}

/// <param name="Waiting">How many wait, at most <see cref="DatabaseFigures.MostCounted"/>.</param>
/// <param name="Oldest">Since the one was written that has waited longest.</param>
internal sealed record QueueFigures(long Waiting, TimeSpan Oldest)
{
    public static async Task<QueueFigures> ReadAsync(NpgsqlConnection connection, string table, CancellationToken cancellation)
    {
        var (waiting, age) = await Statement.FirstAsync(
            connection,
            $"SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::double precision FROM (SELECT created_at FROM identity.{table} WHERE state = 'waiting' LIMIT $1) m", r => (r.GetInt64(0), r.GetDouble(1)),
            cancellation, Statement.P(DatabaseFigures.MostCounted));
        return new QueueFigures(waiting, TimeSpan.FromSeconds(Math.Max(0, age)));
    }
}
