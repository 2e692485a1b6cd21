using Godwit.Engine.Rehearsals;
using Godwit.Postgres.Runs;
using Godwit.Security.Signing;
using Npgsql;

namespace Godwit.Postgres.Rehearsals;

/// <summary>Rehearsals as the target has them.</summary>
public static class RehearsalRows
{
    /// <summary>Of one runbook, the newest: older ones neither count nor matter.</summary>
    public const int Most = 1000;

    internal const string Query = "SELECT id, record FROM godwit.rehearsals WHERE runbook = $1 ORDER BY ended_at DESC, id LIMIT 1000";

    internal const string IdentityQuery =
        "SELECT (SELECT system_identifier::text FROM pg_control_system()), (SELECT oid::text FROM pg_database WHERE datname = current_database()), clock_timestamp()";

    public static async Task<IReadOnlyList<StoredRehearsal>> ReadAsync(NpgsqlConnection connection, string runbook, CancellationToken cancellation)
    {
        if (!await RunSchema.HasRehearsalsAsync(connection, cancellation)) return [];
        await using var command = new NpgsqlCommand(Query, connection) { Parameters = { new() { Value = runbook } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<StoredRehearsal>();
        while (await reader.ReadAsync(cancellation)) rows.Add(new StoredRehearsal(reader.GetGuid(0), reader.GetString(1)));
        return rows;
    }

    /// <summary>Which database this is, and its clock.</summary>
    public static async Task<(RehearsedTarget Target, DateTimeOffset Now)> IdentifyAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(IdentityQuery, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (new RehearsedTarget(reader.GetString(0), reader.GetString(1)), new DateTimeOffset(reader.GetDateTime(2), TimeSpan.Zero));
    }

    /// <summary>Puts one on record, behind the newest of its runbook. Makes godwit's tables where there are none.</summary>
    /// <param name="connection">Of the target; in no transaction.</param>
    /// <param name="record">What was rehearsed; when it ended and what came before it are set here.</param>
    /// <param name="key">Signs it.</param>
    /// <param name="known">Whose records are followed.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>The record as it is kept.</returns>
    public static async Task<RehearsalRecord> AddAsync(NpgsqlConnection connection, RehearsalRecord record, SigningKey key, KnownSigners known, CancellationToken cancellation)
    {
        await RunSchema.EnsureAsync(connection, cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // One after another, from reading the end of the chain to the commit: two that name the same predecessor would be a fork. Readers are not held up
        // (https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES).
        await using (var alone = new NpgsqlCommand("SET LOCAL lock_timeout = '30s'; LOCK TABLE godwit.rehearsals IN SHARE ROW EXCLUSIVE MODE", connection, transaction)) await alone.ExecuteNonQueryAsync(cancellation);
        var last = RehearsalChain.EndOf(await ReadAsync(connection, record.Runbook, cancellation), known);
        await using (var clock = new NpgsqlCommand("SELECT clock_timestamp()", connection, transaction))
            record = record with { EndedAt = new DateTimeOffset((DateTime)(await clock.ExecuteScalarAsync(cancellation))!, TimeSpan.Zero), Previous = last is null ? null : RehearsalRecordText.HashOf(last.Text) };
        var text = RehearsalRecordText.Sign(record, key);
        await using var command = new NpgsqlCommand("INSERT INTO godwit.rehearsals (id, runbook, plan_hash, outcome, began_at, ended_at, record) VALUES ($1, $2, $3, $4, $5, $6, $7)", connection, transaction)
        {
            Parameters =
            {
                new() { Value = record.Id }, new() { Value = record.Runbook }, new() { Value = record.Plan }, new() { Value = record.Outcome.ToString() },
                new() { Value = record.BeganAt.UtcDateTime }, new() { Value = record.EndedAt.UtcDateTime }, new() { Value = text },
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return record;
    }

    /// <summary>What the database takes on its disk.</summary>
    public static async Task<long> SizeAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT pg_database_size(current_database())", connection);
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>About how many rows each table has: by the planner's statistics, which cost nothing; -1 where there are none.</summary>
    public static async Task<IReadOnlyDictionary<string, long>> CountAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT n.nspname || '.' || c.relname, c.reltuples::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'r' AND n.nspname <> ALL ('{godwit,pg_catalog,information_schema}') AND n.nspname NOT LIKE 'pg\_t%' ORDER BY c.reltuples DESC LIMIT 5000
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new SortedDictionary<string, long>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellation)) rows[reader.GetString(0)] = reader.GetInt64(1);
        return rows;
    }
}
