using System.Data;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Runs;
using Npgsql;

namespace Godwit.Postgres.Keyring;

/// <summary>Sessions with the database that holds a keyring, for any number of callers at once. The source is the caller's to end.</summary>
public sealed class KeyringSessions
{
    private readonly Func<CancellationToken, ValueTask<NpgsqlConnection>> _open;
    private volatile bool _prepared;

    public KeyringSessions(PostgresSource source) => _open = source.OpenAsync;

    /// <summary>Of a host that pools its sessions.</summary>
    public KeyringSessions(NpgsqlDataSource source) => _open = source.OpenConnectionAsync;

    /// <summary>A session for what writes: godwit's tables are there, made when they were not.</summary>
    /// <exception cref="NotSupportedException">A newer program made them.</exception>
    internal async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation)
    {
        var connection = await _open(cancellation);
        try
        {
            if (!_prepared) await RunSchema.EnsureAsync(connection, cancellation);
            _prepared = true;
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>A session for what only reads, which makes nothing; null while there are no tables to read.</summary>
    internal async Task<NpgsqlConnection?> FindAsync(CancellationToken cancellation)
    {
        var connection = await _open(cancellation);
        try
        {
            if (_prepared) return connection;
            await using var look = new NpgsqlCommand("SELECT to_regclass('godwit.person_keys') IS NOT NULL", connection);
            if (await look.ExecuteScalarAsync(cancellation) is true) return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
        await connection.DisposeAsync();
        return null;
    }

    /// <summary>A transaction that a crash of the server does not take back once it has committed, whatever the database is set to.</summary>
    internal static async Task<NpgsqlTransaction> BeginAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellation);
        await using var last = new NpgsqlCommand("SELECT set_config('synchronous_commit', 'local', true) WHERE current_setting('synchronous_commit') = 'off'", connection, transaction);
        await last.ExecuteNonQueryAsync(cancellation);
        return transaction;
    }
}
