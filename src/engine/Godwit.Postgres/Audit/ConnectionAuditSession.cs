using Godwit.Engine.Audit;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Runbooks;

namespace Godwit.Postgres.Audit;

/// <summary>Asks a database that no run holds.</summary>
public sealed class ConnectionAuditSession(PostgresTarget target) : IAuditSession
{
    private const int MostRows = 20_000;

    public Task<IReadOnlyList<string?>> AskAsync(string sql, IReadOnlyList<object?> values, CancellationToken cancellation) => TargetFaults.GuardAsync<IReadOnlyList<string?>>(async () =>
    {
        await using var source = target.OpenSource(new SessionSettings { RunId = "audit", Role = "ask", LockTimeout = TimeSpan.FromSeconds(2) });
        await using var connection = await source.OpenAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var session = new RunSession(connection, transaction);
        await session.ExecuteAsync("SET TRANSACTION READ ONLY", cancellation);
        return [.. (await session.QueryAsync(sql, MostRows, cancellation, values)).Select(r => r[0]?.ToString())];
    });
}
