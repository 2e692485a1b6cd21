using Npgsql;

namespace Godwit.Postgres.Live;

/// <summary>
/// The background cleaning of tables. It gives way to whoever waits for its lock, but only after <c>deadlock_timeout</c>, and so never to one that asks again and again for less than that: without this a long one would
/// keep a fence away for as long as it lasts.
/// </summary>
/// <remarks>One that prevents the wraparound of transaction ids does not give way (https://www.postgresql.org/docs/current/routine-vacuuming.html#AUTOVACUUM).</remarks>
internal static class Autovacuum
{
    private const string Sql = """
        SELECT DISTINCT format('%I.%I', n.nspname, c.relname) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE l.locktype = 'relation' AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND l.mode = 'ShareUpdateExclusiveLock' AND l.granted AND l.pid <> pg_backend_pid()
          AND c.oid = ANY (SELECT to_regclass(t) FROM unnest($1) AS u(t))
        """;

    /// <summary>Waits for what cleans the tables by the same lock, which no reader and no writer has to wait behind. What does not give way is left alone.</summary>
    public static async Task SendAwayAsync(NpgsqlConnection connection, IReadOnlyList<CapturedRelation> tables, CancellationToken cancellation)
    {
        var cleaned = new List<string>();
        await using (var look = new NpgsqlCommand(Sql, connection) { Parameters = { new() { Value = tables.Select(t => t.Qualified).ToArray() } } })
        await using (var reader = await look.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation)) cleaned.Add(reader.GetString(0));
        }
        foreach (var table in cleaned)
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            try
            {
                await using var limit = new NpgsqlCommand("SELECT set_config('lock_timeout', (2 * setting::int)::text, true) FROM pg_settings WHERE name = 'deadlock_timeout'", connection, transaction);
                await limit.ExecuteNonQueryAsync(cancellation);
                await using var wait = new NpgsqlCommand($"LOCK TABLE ONLY {table} IN SHARE UPDATE EXCLUSIVE MODE", connection, transaction);
                await wait.ExecuteNonQueryAsync(cancellation);
            }
            catch (PostgresException stays) when (stays.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
            {
                // A VACUUM of somebody's, or an index that is built: it is waited for as any other.
                continue;
            }
        }
    }
}
