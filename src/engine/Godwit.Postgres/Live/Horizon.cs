using Npgsql;

namespace Godwit.Postgres.Live;

/// <summary>
/// The oldest transaction that a server still has to reckon with, in whichever of its databases. Nothing that a live move reads is hidden by it: a position is a snapshot, and what commits late is read late. But each batch
/// goes through the log from there on, and nothing that has become old since is cleaned away.
/// </summary>
public static class Horizon
{
    /// <summary>Transactions that another role's session is old by, where its time is not to be seen; those of a busy minute are fewer.</summary>
    private const int Many = 100_000;

    /// <summary>A transaction that has been open for so long is worth naming.</summary>
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(60);

    /// <remarks>Prepared ones are named whatever their age: nothing ends them but somebody's word.</remarks>
    private const string Sql = """
        SELECT what FROM (
            SELECT format('transaction %L of database %s, prepared %s s ago', gid, database, extract(epoch FROM clock_timestamp() - prepared)::bigint) AS what, age(transaction) AS age
            FROM pg_prepared_xacts
            UNION ALL
            SELECT format('process %s%s%s, %s', pid, coalesce(' (' || nullif(application_name, '') || ')', ''), coalesce(' in database ' || datname, ''),
                          coalesce(format('in a transaction for %s s', extract(epoch FROM clock_timestamp() - xact_start)::bigint), 'in a transaction of another role')),
                   greatest(age(backend_xid), age(backend_xmin))
            FROM pg_stat_activity
            WHERE pid <> pg_backend_pid() AND (backend_xid IS NOT NULL OR backend_xmin IS NOT NULL)
              AND coalesce(xact_start < clock_timestamp() - $1, greatest(age(backend_xid), age(backend_xmin)) > $2)
            UNION ALL
            SELECT format('replication slot %I', slot_name), greatest(age(xmin), age(catalog_xmin))
            FROM pg_replication_slots WHERE greatest(age(xmin), age(catalog_xmin)) > $2
        ) AS holders ORDER BY age DESC LIMIT 1
        """;

    /// <summary>What holds it, for people; null where nothing has for long.</summary>
    public static Task<string?> FindHolderAsync(NpgsqlConnection connection, CancellationToken cancellation) => FindHolderAsync(connection, s_long, cancellation);

    internal static async Task<string?> FindHolderAsync(NpgsqlConnection connection, TimeSpan atLeast, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Sql, connection) { Parameters = { new() { Value = atLeast }, new() { Value = Many } } };
        return await command.ExecuteScalarAsync(cancellation) as string;
    }
}
