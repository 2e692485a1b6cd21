using Npgsql;

namespace Godwit.Postgres.Runs;

/// <summary>
/// Godwit's own tables, in the schema <c>godwit</c> of the target database: progress commits in the transaction of the data it counts.
/// </summary>
internal static class RunSchema
{
    /// <summary>Each lost attempt means that another session committed its own; more than a few means that something else stands in the way.</summary>
    private const int Attempts = 20;

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
    /// Makes what is missing, in one transaction. CREATE … IF NOT EXISTS looks before it waits, so of two sessions that make the same
    /// name at once one still fails with a duplicate; by then the other has committed, and looking again finds its work. A lock taken
    /// first would not change that: what a transaction has looked up before the lock may be remembered after it.
    /// </summary>
    public static async Task EnsureAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        for (var attempt = 1; !await ExistsAsync(connection, cancellation); attempt++)
        {
            try
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellation);
                await using var make = new NpgsqlCommand(Statements, connection, transaction);
                await make.ExecuteNonQueryAsync(cancellation);
                await transaction.CommitAsync(cancellation);
                return;
            }
            catch (PostgresException e) when (IsDuplicate(e) && attempt < Attempts)
            {
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }

    private static bool IsDuplicate(PostgresException e) => e.SqlState
        is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DuplicateSchema or PostgresErrorCodes.DuplicateTable or PostgresErrorCodes.DuplicateObject;

    public static async Task<bool> ExistsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT to_regclass('godwit.ranges') IS NOT NULL", connection);
        return await command.ExecuteScalarAsync(cancellation) is true;
    }
}
