using System.Collections.Concurrent;
using Godwit.Postgres.Runs;
using Npgsql;

namespace Godwit.Postgres.Live;

/// <summary>Sessions of a live move's runner.</summary>
/// <param name="Rent">A session: the setting <see cref="PostgresCapture.Setting"/> tells it from the application's.</param>
/// <param name="Hold">Locks what shows that this runner still holds the run, in a transaction that writes; or fails.</param>
public sealed record LiveSessions(Func<CancellationToken, Task<TargetSession>> Rent, Func<NpgsqlConnection, NpgsqlTransaction, CancellationToken, Task> Hold)
{
    private static readonly TimeSpan s_breath = TimeSpan.FromMilliseconds(200);

    /// <summary>Sessions that are under no lease: of a database that has none.</summary>
    public static LiveSessions Of(Func<CancellationToken, Task<NpgsqlConnection>> open)
    {
        var idle = new ConcurrentBag<NpgsqlConnection>();
        return new LiveSessions(async cancellation => new TargetSession(idle.TryTake(out var kept) ? kept : await open(cancellation), idle), (_, _, _) => Task.CompletedTask);
    }

    public async Task<T> AskAsync<T>(Func<NpgsqlConnection, Task<T>> ask, CancellationToken cancellation)
    {
        await using var session = await Rent(cancellation);
        var answer = await ask(session.Connection);
        session.Keep();
        return answer;
    }

    /// <summary>
    /// Statements that keep everybody away from a table, as DROP TRIGGER does, in one transaction: as soon as nobody uses it for a moment. Whoever waits for such a lock keeps others waiting behind it, and so
    /// this is never waited for long, and tried again.
    /// </summary>
    public Task WriteWhenUnusedAsync(CapturedRelation table, IReadOnlyList<string> statements, TimeSpan patience, CancellationToken cancellation) => WriteWhenUnusedAsync(
        [table],
        async (connection, transaction) =>
        {
            foreach (var statement in statements)
            {
                await using var command = new NpgsqlCommand(statement, connection, transaction);
                await command.ExecuteNonQueryAsync(cancellation);
            }
        },
        patience, cancellation);

    /// <param name="tables">What is to be unused.</param>
    /// <param name="write">What is done then.</param>
    /// <param name="patience">How long it is tried.</param>
    /// <param name="cancellation">Stops.</param>
    public async Task WriteWhenUnusedAsync(IReadOnlyList<CapturedRelation> tables, Func<NpgsqlConnection, NpgsqlTransaction, Task> write, TimeSpan patience, CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await WriteAsync(
                    async (connection, transaction) =>
                    {
                        await using var limit = new NpgsqlCommand("SET LOCAL lock_timeout = '300ms'", connection, transaction);
                        await limit.ExecuteNonQueryAsync(cancellation);
                        await write(connection, transaction);
                        return true;
                    },
                    cancellation);
                return;
            }
            catch (PostgresException busy) when (busy.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected && TimeProvider.System.GetElapsedTime(began) < patience)
            {
                await using (var session = await Rent(cancellation))
                {
                    await Autovacuum.SendAwayAsync(session.Connection, tables, cancellation);
                    session.Keep();
                }
                // Long enough for those who waited behind it to get through.
                await Task.Delay(s_breath, cancellation);
            }
        }
    }

    /// <summary>One transaction, under the lease.</summary>
    public async Task<T> WriteAsync<T>(Func<NpgsqlConnection, NpgsqlTransaction, Task<T>> write, CancellationToken cancellation)
    {
        await using var session = await Rent(cancellation);
        await using var transaction = await session.Connection.BeginTransactionAsync(cancellation);
        await Hold(session.Connection, transaction, cancellation);
        var result = await write(session.Connection, transaction);
        await transaction.CommitAsync(cancellation);
        session.Keep();
        return result;
    }
}
