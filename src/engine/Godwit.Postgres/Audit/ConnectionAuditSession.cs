using Godwit.Engine.Audit;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Runbooks;
using Npgsql;

namespace Godwit.Postgres.Audit;

/// <summary>Asks a database that no run holds, over one connection.</summary>
public sealed class ConnectionAuditSession : IAuditSession, IAsyncDisposable
{
    private const int MostRows = 20_000;

    private readonly PostgresSource _source;
    private NpgsqlConnection? _connection;

    public ConnectionAuditSession(PostgresTarget target) =>
        _source = target.OpenSource(new SessionSettings { RunId = "audit", Role = "ask", LockTimeout = TimeSpan.FromSeconds(2) });

    public Task<IReadOnlyList<string?>> AskAsync(string sql, IReadOnlyList<object?> values, CancellationToken cancellation) => TargetFaults.GuardAsync<IReadOnlyList<string?>>(async () =>
    {
        _connection ??= await _source.OpenAsync(cancellation);
        await using var transaction = await _connection.BeginTransactionAsync(cancellation);
        var session = new RunSession(_connection, transaction);
        await session.ExecuteAsync("SET TRANSACTION READ ONLY", cancellation);
        return [.. (await session.QueryAsync(sql, MostRows, cancellation, values)).Select(r => r[0]?.ToString())];
    });

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null) await _connection.DisposeAsync();
        await _source.DisposeAsync();
    }
}
