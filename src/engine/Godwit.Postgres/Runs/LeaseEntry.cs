using Npgsql;

namespace Godwit.Postgres.Runs;

/// <summary>Takes a lease, and does what has to be done under it, in one transaction.</summary>
internal static class LeaseEntry
{
    /// <param name="sessions">The runner's sessions; their epoch becomes the lease's.</param>
    /// <param name="scope">What the lease is for.</param>
    /// <param name="run">The run that takes it.</param>
    /// <param name="runner">Who.</param>
    /// <param name="waiting">Told once when a former runner is waited for; null does not wait.</param>
    /// <param name="held">Makes the refusal when another holds the lease and is alive.</param>
    /// <param name="check">Looks and writes under the lease; a refusal rolls everything back.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>Null once the lease is held.</returns>
    public static async Task<T?> TakeAsync<T>(
        TargetSessions sessions,
        string scope,
        Guid run,
        Runner runner,
        Action<LeaseHolder>? waiting,
        Func<LeaseHolder, T> held,
        Func<NpgsqlConnection, NpgsqlTransaction, Task<T?>> check,
        CancellationToken cancellation)
        where T : class
    {
        await using var session = await sessions.RentAsync(cancellation);
        var connection = session.Connection;
        await RunSchema.EnsureAsync(connection, cancellation);
        while (true)
        {
            var (claim, holder) = await LeaseClaim.StakeAsync(connection, scope, waiting, cancellation);
            if (claim is null) return held(holder!);
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            if (!await claim.TakeAsync(connection, transaction, run, sessions.Epoch, runner.Holder, runner.Terms, cancellation)) continue;
            if (await check(connection, transaction) is { } refusal) return refusal;
            await transaction.CommitAsync(cancellation);
            await claim.EndLateBackendsAsync(connection, cancellation);
            // The session lives on: a holder without any counts as dead.
            session.Keep();
            return null;
        }
    }
}
