using System.Runtime.CompilerServices;
using Godwit.Engine.Runs;
using Npgsql;

namespace Godwit.Postgres.Runbooks;

/// <summary>Statements over one connection, with the driver's faults turned into the target's.</summary>
internal class RunSession(NpgsqlConnection connection, NpgsqlTransaction? transaction) : IRunSession
{
    internal NpgsqlConnection Connection => connection;

    internal NpgsqlTransaction? Transaction => transaction;

    public async Task<long> ExecuteAsync(string sql, CancellationToken cancellation, params IReadOnlyList<object?> values)
    {
        await using var command = Command(sql, values);
        return Math.Max(0, await TargetFaults.GuardAsync(() => command.ExecuteNonQueryAsync(cancellation)));
    }

    public virtual async Task ExecuteAllAsync(IReadOnlyList<string> statements, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = 0 };
        foreach (var sql in statements) batch.BatchCommands.Add(new NpgsqlBatchCommand(sql));
        try
        {
            await TargetFaults.GuardAsync(() => batch.ExecuteNonQueryAsync(cancellation));
        }
        catch (TargetFaultException fault) when (fault.InnerException is PostgresException { BatchCommand: NpgsqlBatchCommand at } && batch.BatchCommands.Contains(at))
        {
            throw new TargetFaultException(fault.Fault, fault.Message, fault.SqlState, fault.InnerException) { Position = fault.Position, Statement = batch.BatchCommands.IndexOf(at) };
        }
    }

    public async Task<IReadOnlyList<IReadOnlyList<object?>>> QueryAsync(string sql, int limit, CancellationToken cancellation, params IReadOnlyList<object?> values)
    {
        var rows = new List<IReadOnlyList<object?>>();
        await foreach (var row in StreamAsync(sql, cancellation, values))
        {
            if (rows.Count == limit) throw new TargetFaultException(TargetFault.Refused, $"a query answered with more than {limit} rows");
            rows.Add(row);
        }
        return rows;
    }

    public async IAsyncEnumerable<IReadOnlyList<object?>> StreamAsync(string sql, [EnumeratorCancellation] CancellationToken cancellation, params IReadOnlyList<object?> values)
    {
        await using var command = Command(sql, values);
        await using var reader = await TargetFaults.GuardAsync(() => command.ExecuteReaderAsync(cancellation));
        while (await TargetFaults.GuardAsync(() => reader.ReadAsync(cancellation)))
        {
            var row = new object?[reader.FieldCount];
            for (var i = 0; i < row.Length; i++) row[i] = reader.IsDBNull(i) ? null : reader.GetValue(i);
            yield return row;
        }
    }

    protected NpgsqlCommand Command(string sql, params IReadOnlyList<object?> values)
    {
        // The server's limits hold; the client's own would break the connection where a statement is slow.
        var command = new NpgsqlCommand(sql, connection, transaction) { CommandTimeout = 0 };
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        return command;
    }
}
