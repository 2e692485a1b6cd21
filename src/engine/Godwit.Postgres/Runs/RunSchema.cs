using Npgsql;

namespace Godwit.Postgres.Runs;

/// <summary>
/// Godwit's own tables, in the schema <c>godwit</c> of the target database: progress commits in the transaction of the data it counts.
/// </summary>
internal static class RunSchema
{
    /// <summary>Each lost attempt means that another session committed its own; more than a few means that something else stands in the way.</summary>
    private const int Attempts = 20;

    /// <summary>Any constant of our own.</summary>
    private const long UpgradeLock = 0x676f64776974;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    /// <summary>Each version's statements, idempotent, the oldest first: a database of any earlier one is brought up to date.</summary>
    private static readonly IReadOnlyList<string> Versions = [Moves, Runbooks + Journal.JournalSchema.Statements + Steps.Maintenance.MaintenanceSchema.Statements, Nested + Guards, Notices.NoticeSchema.Statements, People.PeopleSchema.Statements, Tripwires.TripwireSchema.Statements, Rehearsals.RehearsalsSchema.Statements, Applications, Live.LiveRows.Statements, Keyring.KeyringSchema.Statements, RangeKeys, Live.LiveRows.Readings, Live.LiveRows.Exchanged];

    private const string Moves = """
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
        """;

    /// <summary>Runs of runbooks, beside those of moves: a run's steps have states, its phases and gates have rows.</summary>
    private const string Runbooks = """
        ALTER TABLE godwit.runs
            ADD COLUMN IF NOT EXISTS plan_hash text,
            ADD COLUMN IF NOT EXISTS reason text,
            ADD COLUMN IF NOT EXISTS asked text CHECK (asked IN ('Pause')),
            ADD COLUMN IF NOT EXISTS rolling_back boolean NOT NULL DEFAULT false,
            ADD COLUMN IF NOT EXISTS rolling_back_to text,
            DROP CONSTRAINT IF EXISTS runs_state_check,
            ADD CONSTRAINT runs_state_check
                CHECK (state IN ('Running', 'Verified', 'Failed', 'Aborted', 'Paused', 'Complete', 'Finished', 'RolledBack'));
        DROP INDEX IF EXISTS godwit.runs_unfinished;
        CREATE UNIQUE INDEX IF NOT EXISTS runs_one_unfinished ON godwit.runs (kind, target_schema) WHERE state IN ('Running', 'Paused', 'Complete');
        ALTER TABLE godwit.steps
            ADD COLUMN IF NOT EXISTS ordinal integer,
            ADD COLUMN IF NOT EXISTS state text NOT NULL DEFAULT 'Verified'
                CHECK (state IN ('Pending', 'Applying', 'Applied', 'Verified', 'Undoing', 'Undone', 'Unknown')),
            ADD COLUMN IF NOT EXISTS attempts integer NOT NULL DEFAULT 0,
            ADD COLUMN IF NOT EXISTS began_at timestamptz,
            ADD COLUMN IF NOT EXISTS progress text CHECK (length(progress) <= 65536),
            ADD COLUMN IF NOT EXISTS done bigint NOT NULL DEFAULT 0,
            ADD COLUMN IF NOT EXISTS total bigint,
            ADD COLUMN IF NOT EXISTS content text,
            ADD COLUMN IF NOT EXISTS carried boolean NOT NULL DEFAULT false,
            ALTER COLUMN finished_at DROP NOT NULL;
        CREATE TABLE IF NOT EXISTS godwit.phases (
            run uuid NOT NULL REFERENCES godwit.runs ON DELETE CASCADE,
            phase text NOT NULL,
            began_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            ended_at timestamptz,
            catalog text NOT NULL,
            PRIMARY KEY (run, phase)
        );
        -- By content: the journal names a catalog by its hash, and equal ones are kept once.
        CREATE TABLE IF NOT EXISTS godwit.catalogs (
            hash text PRIMARY KEY,
            lines text[] NOT NULL
        );
        CREATE TABLE IF NOT EXISTS godwit.exports (
            run uuid NOT NULL REFERENCES godwit.runs ON DELETE CASCADE,
            sink text NOT NULL,
            -- The process that copies: a former one that wakes up changes nothing.
            writer uuid NOT NULL,
            status text NOT NULL CHECK (status IN ('UpToDate', 'Behind', 'Failing', 'Refused', 'Rewound')),
            sent bigint NOT NULL,
            failures integer NOT NULL,
            problem text,
            at timestamptz NOT NULL DEFAULT clock_timestamp(),
            PRIMARY KEY (run, sink)
        );
        CREATE TABLE IF NOT EXISTS godwit.gates (
            run uuid NOT NULL REFERENCES godwit.runs ON DELETE CASCADE,
            id bigint GENERATED ALWAYS AS IDENTITY,
            phase text NOT NULL,
            gate text NOT NULL,
            at timestamptz NOT NULL DEFAULT clock_timestamp(),
            state text NOT NULL CHECK (state IN ('Pass', 'Fail', 'Inconclusive', 'NoData')),
            summary text NOT NULL,
            evidence jsonb NOT NULL,
            PRIMARY KEY (run, id)
        );
        """;

    /// <summary>Moves that are part of a runbook's run.</summary>
    private const string Nested = """
        ALTER TABLE godwit.runs
            ADD COLUMN IF NOT EXISTS parent uuid REFERENCES godwit.runs,
            ADD COLUMN IF NOT EXISTS parent_step text;
        """;

    /// <summary>
    /// What a runner that takes over has to wait for, deadlines that somebody extended, and which of its lives the database lives: a restore brings an earlier
    /// incarnation back, and whoever accepts it makes a new one.
    /// </summary>
    private const string Guards = """
        ALTER TABLE godwit.steps
            ADD COLUMN IF NOT EXISTS effect text,
            ADD COLUMN IF NOT EXISTS effect_until timestamptz,
            ADD COLUMN IF NOT EXISTS effect_epoch uuid,
            ADD COLUMN IF NOT EXISTS effect_by text;
        ALTER TABLE godwit.phases
            ADD COLUMN IF NOT EXISTS extended_at timestamptz,
            ADD COLUMN IF NOT EXISTS ended_catalog text,
            ADD COLUMN IF NOT EXISTS undo_catalog text;
        -- After an accepted restore: what is done is looked at again before the run goes on.
        ALTER TABLE godwit.runs ADD COLUMN IF NOT EXISTS recheck boolean NOT NULL DEFAULT false;
        CREATE TABLE IF NOT EXISTS godwit.incarnation (
            single boolean PRIMARY KEY DEFAULT true CHECK (single),
            id uuid NOT NULL DEFAULT gen_random_uuid(),
            since timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        INSERT INTO godwit.incarnation DEFAULT VALUES ON CONFLICT DO NOTHING;
        """;

    /// <summary>The keys under which a range's indexes and hashes were computed: after a rotation nothing else tells.</summary>
    private const string RangeKeys = "ALTER TABLE godwit.ranges ADD COLUMN IF NOT EXISTS keys text;";

    /// <summary>How often a step was taken back: effects outside tell one application of it from the next.</summary>
    private const string Applications = "ALTER TABLE godwit.steps ADD COLUMN IF NOT EXISTS times_undone integer NOT NULL DEFAULT 0;";

    /// <summary>
    /// Brings godwit's tables to the newest version, in one transaction. Runners that come at once take turns by a lock, polled, since a waiting
    /// advisory lock can deadlock with other work. That alone is not enough: what a session looked up before it had the lock may be remembered after,
    /// and CREATE … IF NOT EXISTS then still meets what it did not see. By then the other has committed, and looking again finds its work.
    /// </summary>
    /// <exception cref="NotSupportedException">A newer program made the tables.</exception>
    public static async Task EnsureAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var lost = 0;
        while (true)
        {
            var version = await VersionAsync(connection, cancellation);
            if (version == Versions.Count) return;
            if (version > Versions.Count)
                throw new NotSupportedException($"godwit's tables in this database are of version {version}, made by a newer godwit; this one knows {Versions.Count}");
            try
            {
                if (!await UpgradeAsync(connection, cancellation)) await Task.Delay(Poll, cancellation);
            }
            catch (PostgresException e) when (IsLostRace(e) && ++lost < Attempts)
            {
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>False when another is at it.</summary>
    private static async Task<bool> UpgradeAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var take = new NpgsqlCommand("SELECT pg_try_advisory_xact_lock($1)", connection, transaction) { Parameters = { new() { Value = UpgradeLock } } };
        if (await take.ExecuteScalarAsync(cancellation) is not true) return false;
        // Looked at again: whoever had the lock has done it, and works with the tables by now.
        for (var next = await VersionAsync(connection, cancellation); next < Versions.Count; next++)
        {
            await using var make = new NpgsqlCommand(Versions[next], connection, transaction);
            await make.ExecuteNonQueryAsync(cancellation);
            await using var record = new NpgsqlCommand("INSERT INTO godwit.versions (version) VALUES ($1) ON CONFLICT DO NOTHING", connection, transaction) { Parameters = { new() { Value = next + 1 } } };
            await record.ExecuteNonQueryAsync(cancellation);
        }
        await transaction.CommitAsync(cancellation);
        return true;
    }

    private static bool IsLostRace(PostgresException e) => e.SqlState
        is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DuplicateSchema or PostgresErrorCodes.DuplicateTable or PostgresErrorCodes.DuplicateObject
        or PostgresErrorCodes.DeadlockDetected;

    /// <summary>0 where there is nothing of godwit's.</summary>
    private static async Task<int> VersionAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (!await ExistsAsync(connection, cancellation)) return 0;
        await using var command = new NpgsqlCommand("SELECT coalesce(max(version), 0) FROM godwit.versions", connection);
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Whether the tables are of a version that has runs of runbooks.</summary>
    public static async Task<bool> HasRunbooksAsync(NpgsqlConnection connection, CancellationToken cancellation) => await VersionAsync(connection, cancellation) >= 2;

    /// <summary>Whether the tables are of a version in which a move may be part of another run.</summary>
    public static async Task<bool> HasParentsAsync(NpgsqlConnection connection, CancellationToken cancellation) => await VersionAsync(connection, cancellation) >= 3;

    /// <summary>Whether the tables are of a version that keeps rehearsals.</summary>
    public static async Task<bool> HasRehearsalsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT to_regclass('godwit.rehearsals') IS NOT NULL", connection);
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    public static async Task<bool> ExistsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT to_regclass('godwit.ranges') IS NOT NULL", connection);
        return await command.ExecuteScalarAsync(cancellation) is true;
    }
}
