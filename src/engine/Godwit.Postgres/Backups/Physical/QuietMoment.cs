using Godwit.Engine.Backups;
using Godwit.Model.Findings;
using Godwit.Postgres.Connections;
using Npgsql;

namespace Godwit.Postgres.Backups.Physical;

/// <summary>
/// The moment of a restore point, as a snapshot. Commits that are in the log and not yet visible, or the other way round, would make the two differ: so for the few
/// milliseconds that both take, all tables are locked against writing, which waits for the writers at hand and lets none begin.
/// </summary>
internal sealed class QuietMoment : IAsyncDisposable
{
    private const int Attempts = 20, SequenceAhead = 33;

    /// <summary>Longer than deadlock_timeout, after which an autovacuum gives way; short enough for writers that wait behind it.</summary>
    private const string LockLimit = "SET LOCAL lock_timeout = '2s'";

    private readonly PostgresSource _source;
    private readonly NpgsqlTransaction _transaction;
    private readonly string _snapshot;

    private QuietMoment(PostgresSource source, NpgsqlConnection connection, NpgsqlTransaction transaction, string snapshot, DateTimeOffset at, string point, string location,
        IReadOnlyList<(string, string)> tables, IReadOnlyDictionary<string, (long From, long To)> sequences) =>
        (_source, Connection, _transaction, _snapshot, At, Point, Location, Tables, Sequences) = (source, connection, transaction, snapshot, at, point, location, tables, sequences);

    public NpgsqlConnection Connection { get; }

    public DateTimeOffset At { get; }

    public string Point { get; }

    /// <summary>Where in the log it is.</summary>
    public string Location { get; }

    public IReadOnlyList<(string Name, string Columns)> Tables { get; }

    public IReadOnlyDictionary<string, (long From, long To)> Sequences { get; }

    public static async Task<QuietMoment> FindAsync(PostgresSource source, string point, Action<string> note, CancellationToken cancellation)
    {
        await using var locking = await source.OpenAsync(cancellation);
        for (var attempt = 1; ; attempt++)
        {
            await using var locked = await locking.BeginTransactionAsync(cancellation);
            var tables = await RowDigests.ListAsync(locking, logged: true, cancellation);
            if (await LockAsync(locking, tables, cancellation)) return await TakeAsync(source, locking, locked, point, cancellation);
            await locked.RollbackAsync(CancellationToken.None);
            if (attempt == Attempts)
                throw new BackupException(FindingCodes.BackupFailed, "there was no moment without writers: the tables could not be locked against writing within 2 s, 20 times", "Take it when there is less to do, or take a logical backup, which needs no such moment.");
            note("waiting for a moment without writers");
            await Task.Delay(TimeSpan.FromMilliseconds(250 * attempt), cancellation);
        }
    }

    public async Task<NpgsqlConnection> JoinAsync(CancellationToken cancellation)
    {
        var connection = await _source.OpenAsync(cancellation);
        foreach (var sql in (string[])["BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY", $"SET TRANSACTION SNAPSHOT {LogicalRestore.Literal(_snapshot)}"]) await LogicalRestore.ExecuteAsync(connection, sql, cancellation);
        return connection;
    }

    private static async Task<bool> LockAsync(NpgsqlConnection connection, IReadOnlyList<(string Name, string Columns)> tables, CancellationToken cancellation)
    {
        try
        {
            await LogicalRestore.ExecuteAsync(connection, LockLimit, cancellation);
            foreach (var batch in tables.Chunk(500)) await LogicalRestore.ExecuteAsync(connection, $"LOCK TABLE {string.Join(", ", batch.Select(t => "ONLY " + t.Name))} IN SHARE MODE", cancellation);
            var seen = await RowDigests.ListAsync(connection, logged: true, cancellation);
            return seen.Select(t => t.Name).ToHashSet(StringComparer.Ordinal).SetEquals(tables.Select(t => t.Name));
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.UndefinedTable)
        {
            return false;
        }
    }

    private static async Task<QuietMoment> TakeAsync(PostgresSource source, NpgsqlConnection locking, NpgsqlTransaction locked, string point, CancellationToken cancellation)
    {
        var connection = await source.OpenAsync(cancellation);
        try
        {
            var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation);
            var (snapshot, at) = await ReadAsync(connection, "SELECT pg_export_snapshot(), statement_timestamp()", r => (r.GetString(0), new DateTimeOffset(r.GetDateTime(1), TimeSpan.Zero)), cancellation);
            var before = await DatabaseFacts.ReadSequencesAsync(connection, logged: true, cancellation);
            var location = await ReadAsync(locking, $"SELECT pg_create_restore_point({LogicalRestore.Literal(point)})::text", r => r.GetString(0), cancellation);
            var after = await DatabaseFacts.ReadSequencesAsync(connection, logged: true, cancellation);
            await locked.CommitAsync(cancellation);
            // Brings the record to the disk, and with it to whoever reads the log.
            await ReadAsync(locking, "SELECT pg_switch_wal()::text", r => r.GetString(0), cancellation);
            var tables = await RowDigests.ListAsync(connection, logged: true, cancellation);
            var steps = await StepsAsync(connection, cancellation);
            return new QuietMoment(source, connection, transaction, snapshot, at, point, location, tables,
                before.Keys.Where(after.ContainsKey).ToDictionary(s => s, s => (before[s], after[s] + SequenceAhead * steps.GetValueOrDefault(s, 1)), StringComparer.Ordinal));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static async Task<Dictionary<string, long>> StepsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var steps = new Dictionary<string, long>(StringComparer.Ordinal);
        await using var command = new NpgsqlCommand("SELECT seqrelid::regclass::text, seqincrement FROM pg_sequence", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) steps[reader.GetString(0)] = reader.GetInt64(1);
        return steps;
    }

    private static async Task<T> ReadAsync<T>(NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return read(reader);
    }

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await Connection.DisposeAsync();
    }
}
