using Godwit.Model.Findings;
using Npgsql;

namespace Godwit.Postgres.Connections;

/// <summary>
/// Finds out whether a pooler sits in between (PgBouncer, pgcat, Supavisor, Odyssey). A pooler answers the start of a session itself, with a cancel
/// key of its own, so the process id in it is not that of the backend; and behind transaction pooling the backend changes.
/// A session behind one is not Godwit's alone: settings and locks would be the application's too.
/// </summary>
internal static class PoolerProbe
{
    private const int Transactions = 4;

    public static async Task<Finding?> RunAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        for (var i = 0; i < Transactions; i++)
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using var command = new NpgsqlCommand("SELECT pg_catalog.pg_backend_pid()", connection, transaction);
            var backend = (int)(await command.ExecuteScalarAsync(cancellationToken))!;
            await transaction.CommitAsync(cancellationToken);
            if (backend != connection.ProcessID)
                return Found();
        }

        return null;
    }

    public static Finding Found() => Finding.Error(
        FindingCodes.Pooler,
        "Between Godwit and the server is a connection pooler: the session's process is not the server's",
        remedy: "Give the address of the PostgreSQL server itself (often the same host, port 5432)");
}
