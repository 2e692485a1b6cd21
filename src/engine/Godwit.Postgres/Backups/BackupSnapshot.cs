using Godwit.Engine.Backups;
using Godwit.Model.Findings;
using Godwit.Postgres.Connections;
using Npgsql;

namespace Godwit.Postgres.Backups;

/// <summary>
/// One moment of a database, held open: the snapshot that pg_dump, the counts and the hashes share (https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-SNAPSHOT-SYNCHRONIZATION).
/// All tables are locked against change of their shape before it is taken, so that none is dropped between snapshot and dump.
/// </summary>
internal sealed class BackupSnapshot : IAsyncDisposable
{
    /// <summary>Tables that come and go while they are being locked.</summary>
    private const int Attempts = 10;

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly PostgresSource _source;

    private BackupSnapshot(NpgsqlConnection connection, NpgsqlTransaction transaction, PostgresSource source, string name, DateTimeOffset at, IReadOnlyList<(string, string)> tables) =>
        (_connection, _transaction, _source, Name, At, Tables) = (connection, transaction, source, name, at, tables);

    /// <summary>For pg_dump.</summary>
    public string Name { get; }

    /// <summary>By the database's clock; the snapshot is of this moment or a little later.</summary>
    public DateTimeOffset At { get; }

    public IReadOnlyList<(string Name, string Columns)> Tables { get; }

    public NpgsqlConnection Connection => _connection;

    public static async Task<BackupSnapshot> TakeAsync(PostgresSource source, CancellationToken cancellation)
    {
        var connection = await source.OpenAsync(cancellation);
        try
        {
            await BackupRights.MustReadAllAsync(connection, cancellation);
            var known = await RowDigests.ListAsync(connection, logged: false, cancellation);
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation);
                var locked = await LockAsync(connection, transaction, known, cancellation);
                if (locked)
                {
                    await using var command = new NpgsqlCommand("SELECT pg_export_snapshot(), statement_timestamp()", connection, transaction);
                    string name;
                    DateTimeOffset at;
                    await using (var reader = await command.ExecuteReaderAsync(cancellation))
                    {
                        await reader.ReadAsync(cancellation);
                        (name, at) = (reader.GetString(0), new DateTimeOffset(reader.GetDateTime(1), TimeSpan.Zero));
                    }
                    var seen = await RowDigests.ListAsync(connection, logged: false, cancellation);
                    if (seen.Select(t => t.Name).ToHashSet(StringComparer.Ordinal).SetEquals(known.Select(t => t.Name))) return new BackupSnapshot(connection, transaction, source, name, at, seen);
                }
                await transaction.RollbackAsync(CancellationToken.None);
                await transaction.DisposeAsync();
                known = await RowDigests.ListAsync(connection, logged: false, cancellation);
            }
            throw new BackupException(FindingCodes.BackupFailed, "tables are made and dropped faster than they can be locked", "Take the backup when nobody changes the schema.");
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Another session in the same snapshot.</summary>
    public async Task<NpgsqlConnection> JoinAsync(CancellationToken cancellation)
    {
        var connection = await _source.OpenAsync(cancellation);
        // The name came from the server and goes back to it; SET TRANSACTION takes no parameters.
        foreach (var sql in (string[])["BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY", $"SET TRANSACTION SNAPSHOT '{Name.Replace("'", "''", StringComparison.Ordinal)}'"])
        {
            await using var begin = new NpgsqlCommand(sql, connection);
            await begin.ExecuteNonQueryAsync(cancellation);
        }
        return connection;
    }

    private static async Task<bool> LockAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<(string Name, string Columns)> tables, CancellationToken cancellation)
    {
        try
        {
            foreach (var batch in tables.Chunk(500))
            {
                await using var command = new NpgsqlCommand($"LOCK TABLE {string.Join(", ", batch.Select(t => "ONLY " + t.Name))} IN ACCESS SHARE MODE", connection, transaction);
                await command.ExecuteNonQueryAsync(cancellation);
            }
            return true;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            // Dropped since it was listed.
            return false;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            throw new BackupException(FindingCodes.BackupFailed, "a table is locked by somebody who changes it", "Take the backup when that is over.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
