using Godwit.Engine.Moves;
using Godwit.Model.Moves;
using Godwit.Model.Names;
using Npgsql;

namespace Godwit.Postgres.Reading;

/// <summary>
/// One snapshot that many connections read (pg_export_snapshot): what is verified is one state of the target, whoever writes beside it.
/// </summary>
public sealed class TargetSnapshot : ITargetSnapshot
{
    private readonly Func<CancellationToken, Task<NpgsqlConnection>> _open;
    private readonly NpgsqlTransaction _transaction;
    private readonly string _schema;
    private readonly UInt128 _key;
    private readonly string _snapshot;

    private TargetSnapshot(
        Func<CancellationToken, Task<NpgsqlConnection>> open, NpgsqlConnection connection, NpgsqlTransaction transaction, string schema, UInt128 key, string snapshot)
    {
        _open = open;
        Connection = connection;
        _transaction = transaction;
        _schema = schema;
        _key = key;
        _snapshot = snapshot;
    }

    /// <summary>The connection whose transaction is the snapshot; checks run on it, one at a time.</summary>
    public NpgsqlConnection Connection { get; }

    public static async Task<TargetSnapshot> OpenAsync(
        Func<CancellationToken, Task<NpgsqlConnection>> open, string schema, UInt128 key, CancellationToken cancellation)
    {
        var connection = await open(cancellation);
        try
        {
            var transaction = await BeginAsync(connection, cancellation);
            await using var export = new NpgsqlCommand("SELECT pg_export_snapshot()", connection, transaction);
            var snapshot = (string)(await export.ExecuteScalarAsync(cancellation))!;
            return new TargetSnapshot(open, connection, transaction, schema, key, snapshot);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async Task<IReadOnlyList<BlockRange>> SplitAsync(TablePlan table, int parts, CancellationToken cancellation)
    {
        await using var connection = await _open(cancellation);
        return await TargetScan.SplitAsync(connection, _schema, table, parts, cancellation);
    }

    public Task ScanAsync(TablePlan table, BlockRange part, bool whole, ITupleVisitor visitor, CancellationToken cancellation) =>
        WithReaderAsync(connection => TargetScan.ReadAsync(connection, _schema, table, part, _key, whole, visitor, cancellation), cancellation);

    public Task ScanQuarantineAsync(TablePlan table, ITupleVisitor visitor, CancellationToken cancellation) =>
        WithReaderAsync(
            connection => TargetScan.ReadAsync(
                connection, $"SELECT * FROM ONLY {TargetName.Qualify(_schema, table.Quarantine!.TargetName)}", _key, whole: false, visitor, cancellation),
            cancellation);

    private async Task WithReaderAsync(Func<NpgsqlConnection, Task> read, CancellationToken cancellation)
    {
        await using var connection = await _open(cancellation);
        await using var transaction = await BeginAsync(connection, cancellation);
        // The name comes from the server itself and holds hexadecimal digits and dashes; SET takes no parameters.
        await using var import = new NpgsqlCommand($"SET TRANSACTION SNAPSHOT {TargetName.Literal(_snapshot)}", connection, transaction);
        await import.ExecuteNonQueryAsync(cancellation);
        await read(connection);
    }

    private static async Task<NpgsqlTransaction> BeginAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation);
        await using var readOnly = new NpgsqlCommand("SET TRANSACTION READ ONLY", connection, transaction);
        await readOnly.ExecuteNonQueryAsync(cancellation);
        return transaction;
    }

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await Connection.DisposeAsync();
    }
}
