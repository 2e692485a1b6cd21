using Npgsql;

namespace Godwit.Postgres.Live.Exchange;

/// <summary>
/// Transactions of REPEATABLE READ and stricter that began before the sides were equal. One that comes to a table by its name only after the exchange would read the table that has come as it was when the transaction
/// began: behind, or empty. Those that have read it already hold its lock.
/// </summary>
internal static class OlderSnapshots
{
    // Whoever keeps a snapshot between two statements, or had statements before this one: a statement of its own has found its tables. Of roles that this one may not see nothing is known.
    private const string Sql = """
        SELECT format('the transaction of process %s, begun at %s by %s, still reads what was before', pid, xact_start::timestamptz(0), usename) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND backend_xmin IS NOT NULL AND xact_start < $1 AND (state LIKE 'idle in transaction%' OR xact_start < query_start)
        ORDER BY xact_start LIMIT 1
        """;

    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits until none is left of those that are there when it is called.</summary>
    /// <exception cref="TimeoutException">One is left after <paramref name="patience"/>; it is named.</exception>
    public static async Task OutwaitAsync(NpgsqlConnection connection, TimeSpan patience, CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetTimestamp();
        await using var clock = new NpgsqlCommand("SELECT clock_timestamp()", connection);
        var now = (DateTime)(await clock.ExecuteScalarAsync(cancellation))!;
        while (true)
        {
            await using var look = new NpgsqlCommand(Sql, connection) { Parameters = { new() { Value = now } } };
            if (await look.ExecuteScalarAsync(cancellation) is not string left) return;
            if (TimeProvider.System.GetElapsedTime(began) > patience) throw new TimeoutException(left);
            await Task.Delay(s_poll, cancellation);
        }
    }
}
