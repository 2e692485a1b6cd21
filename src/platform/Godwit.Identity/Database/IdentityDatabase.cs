using System.Net.Sockets;
using Godwit.Http.Problems;
using Godwit.Identity.Register;
using Npgsql;

namespace Godwit.Identity.Database;

/// <summary>The database of the service. When it is away, whoever asks is told to come again (503, Retry-After); nothing waits for it for long.</summary>
internal sealed class IdentityDatabase(NpgsqlDataSource source, CommitNotes notes)
{
    /// <summary>The schema that this program works with (<c>runbooks/identity</c>).</summary>
    public const int SchemaVersion = 1;

    private static readonly Problem s_away = Problem.Of(503) with { RetryAfter = 5 };

    /// <summary>Work of its own transactions, or of none.</summary>
    /// <exception cref="ProblemException">503: the database is away.</exception>
    public Task<T> WithAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellation) => GuardAsync(async () =>
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await work(connection);
    });

    /// <summary>Work that is done whole or not at all. What the work throws undoes it; after a deadlock it is done once more, from its beginning.</summary>
    /// <exception cref="ProblemException">503: the database is away. Whether it was done is not known then, if it was lost at the very end.</exception>
    public Task<T> InTransactionAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellation) => GuardAsync(async () =>
    {
        // Two that wait for each other: one is undone whole, and done again.
        for (var again = 0; ; again++)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(cancellation);
                await using var transaction = await connection.BeginTransactionAsync(cancellation);
                notes.Begin(connection);
                var result = await work(connection);
                await notes.CommitAsync(connection, transaction.CommitAsync, cancellation);
                return result;
            }
            catch (PostgresException e) when (again < 2 && e.SqlState is (PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure))
            {
            }
        }
    });

    public Task InTransactionAsync(Func<NpgsqlConnection, Task> work, CancellationToken cancellation) => InTransactionAsync(
        async connection =>
        {
            await work(connection);
            return true;
        },
        cancellation);

    /// <returns>The version of the schema; null when there is none.</returns>
    public async Task<int?> VersionAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var there = new NpgsqlCommand("SELECT to_regclass('identity.schema_version') IS NOT NULL", connection);
        if (await there.ExecuteScalarAsync(cancellation) is not true) return null;
        await using var version = new NpgsqlCommand("SELECT version FROM identity.schema_version", connection);
        return await version.ExecuteScalarAsync(cancellation) as int?;
    }

    private static async Task<T> GuardAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (IsAway(e))
        {
            throw new ProblemException(s_away, e);
        }
    }

    /// <summary>A server that is gone, starts, stops, has no connection left, or follows another now: not a statement that is wrong.</summary>
    private static bool IsAway(Exception fault) => fault switch
    {
        PostgresException p => p.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.TooManyConnections
            or PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.DiskFull or PostgresErrorCodes.OutOfMemory,
        NpgsqlException => true,
        SocketException or TimeoutException => true,
        _ => false,
    };
}
