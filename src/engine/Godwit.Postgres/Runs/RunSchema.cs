using Npgsql;

namespace Godwit.Postgres.Runs;

/// <summary>
/// Godwit's own tables, in the schema <c>godwit</c> of the target database: progress commits in the transaction of the data it counts.
/// </summary>
internal static class RunSchema
{
    /// <summary>Any constant of our own: the transaction-level advisory lock under which the schema is made.</summary>
    private const long BootstrapLock = 0x676f64776974;

    private const string Statements = """
        CREATE SCHEMA IF NOT EXISTS godwit;
        CREATE TABLE IF NOT EXISTS godwit.versions (version integer PRIMARY KEY, installed_at timestamptz NOT NULL DEFAULT now());
        CREATE TABLE IF NOT EXISTS godwit.runs (
            id uuid PRIMARY KEY,
            kind text NOT NULL,
            target_schema text NOT NULL,
            state text NOT NULL CHECK (state IN ('Running', 'Verified', 'Failed', 'Aborted')),
            phase text NOT NULL,
            plan text NOT NULL,
            hash_key bytea NOT NULL CHECK (length(hash_key) = 16),
            origin text NOT NULL,
            tool_version text NOT NULL,
            started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            finished_at timestamptz,
            catalog text[],
            certificate text
        );
        CREATE TABLE IF NOT EXISTS godwit.leases (
            scope text PRIMARY KEY,
            epoch uuid NOT NULL UNIQUE,
            -- A run begins by taking the lease, in the transaction that then makes its row.
            run uuid NOT NULL REFERENCES godwit.runs DEFERRABLE INITIALLY DEFERRED,
            holder text NOT NULL,
            role name NOT NULL DEFAULT current_user,
            lasts interval NOT NULL,
            heartbeat timestamptz NOT NULL
        );
        CREATE UNIQUE INDEX IF NOT EXISTS runs_unfinished ON godwit.runs (target_schema) WHERE state = 'Running';
        CREATE TABLE IF NOT EXISTS godwit.steps (
            run uuid NOT NULL REFERENCES godwit.runs ON DELETE CASCADE,
            id text NOT NULL,
            phase text NOT NULL,
            title text NOT NULL,
            finished_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            PRIMARY KEY (run, id)
        );
        CREATE TABLE IF NOT EXISTS godwit.ranges (
            run uuid NOT NULL REFERENCES godwit.runs ON DELETE CASCADE,
            table_name text NOT NULL,
            ordinal integer NOT NULL,
            done boolean NOT NULL DEFAULT false,
            rows bigint NOT NULL DEFAULT 0,
            hash_sum bytea,
            hash_xor bytea,
            quarantined bigint NOT NULL DEFAULT 0,
            finished_at timestamptz,
            PRIMARY KEY (run, table_name, ordinal)
        );
        INSERT INTO godwit.versions (version) VALUES (1) ON CONFLICT DO NOTHING;
        """;

    /// <summary>
    /// Makes what is missing. CREATE … IF NOT EXISTS still fails when two sessions make the same name at once, so they take turns;
    /// the lock is polled, since a waiting advisory lock can deadlock with other work.
    /// </summary>
    public static async Task EnsureAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (await ExistsAsync(connection, cancellation)) return;
        while (true)
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            await using var take = new NpgsqlCommand("SELECT pg_try_advisory_xact_lock($1)", connection, transaction) { Parameters = { new() { Value = BootstrapLock } } };
            if (await take.ExecuteScalarAsync(cancellation) is true)
            {
                await using var make = new NpgsqlCommand(Statements, connection, transaction);
                await make.ExecuteNonQueryAsync(cancellation);
                await transaction.CommitAsync(cancellation);
                return;
            }
            await transaction.RollbackAsync(cancellation);
            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellation);
        }
    }

    public static async Task<bool> ExistsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT to_regclass('godwit.ranges') IS NOT NULL", connection);
        return await command.ExecuteScalarAsync(cancellation) is true;
    }
}
