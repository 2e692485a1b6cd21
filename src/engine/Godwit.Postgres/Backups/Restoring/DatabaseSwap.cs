using Godwit.Engine.Backups;
using Godwit.Model.Findings;
using Npgsql;

namespace Godwit.Postgres.Backups.Restoring;

/// <summary>
/// Puts a restored database in the place of another, in one transaction of the server: ALTER DATABASE … RENAME takes a lock that no session can begin under, and waits for
/// a few seconds for those that are there to go, which are ended meanwhile. Killed at any moment, either the one or the other is there.
/// </summary>
internal static class DatabaseSwap
{
    private const int Attempts = 5;

    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(50);

    /// <param name="admin">A session on another database.</param>
    /// <param name="ender">Another one, that ends sessions.</param>
    /// <param name="restored">The new database, which has no sessions.</param>
    /// <param name="name">What it is to be called.</param>
    /// <param name="former">What the present one is called then; null where there is none.</param>
    /// <param name="last">Done when nobody else is in any more, by the session that is then let go of; null where there is none.</param>
    /// <param name="settle">Done in the same transaction once the names are changed.</param>
    /// <param name="cancellation">Stops, and changes nothing.</param>
    public static async Task RunAsync(
        NpgsqlConnection admin, NpgsqlConnection ender, string restored, string name, string? former, LastLook? last, Func<CancellationToken, Task> settle, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var transaction = await admin.BeginTransactionAsync(cancellation);
            try
            {
                if (former is not null) await RenameAsync(admin, ender, name, former, last, cancellation);
                await LogicalRestore.ExecuteAsync(admin, $"ALTER DATABASE {LogicalRestore.Quote(restored)} RENAME TO {LogicalRestore.Quote(name)}", cancellation);
                await settle(cancellation);
                await transaction.CommitAsync(cancellation);
                return;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ObjectInUse && attempt < Attempts && last is not { Done: true })
            {
                await transaction.RollbackAsync(CancellationToken.None);
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ObjectInUse)
            {
                throw new BackupException(FindingCodes.RestoreFailed, $"sessions on {name} do not end: they are of roles whose sessions this one may not end", "End them, or grant the role pg_signal_backend; then restore again. Nothing was replaced.");
            }
        }
    }

    private static async Task RenameAsync(NpgsqlConnection admin, NpgsqlConnection ender, string name, string former, LastLook? last, CancellationToken cancellation)
    {
        using var abandon = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var renaming = LogicalRestore.ExecuteAsync(admin, $"ALTER DATABASE {LogicalRestore.Quote(name)} RENAME TO {LogicalRestore.Quote(former)}", abandon.Token);
        try
        {
            await EndSessionsAsync(ender, admin.ProcessID, name, last, renaming, cancellation);
        }
        catch
        {
            // What could not be looked at, or put on record, is the reason: the rename is not to go on behind it, nor to hide it.
            await abandon.CancelAsync();
            throw;
        }
        finally
        {
            // Nobody else uses the session while it is at work.
            await Task.WhenAny(renaming);
        }
        await renaming;
    }

    private static async Task EndSessionsAsync(NpgsqlConnection ender, int renamer, string name, LastLook? last, Task renaming, CancellationToken cancellation)
    {
        while (!renaming.IsCompleted)
        {
            // Before they are counted: until it is granted, whoever is about to come in is not there to be counted.
            var locked = last is { Done: false } && await IsLockedAsync(ender, renamer, name, cancellation);
            await using var end = new NpgsqlCommand(
                """
                SELECT count(*) FILTER (WHERE pid <> $2), count(pg_terminate_backend(pid)) FILTER (WHERE pid <> $2 AND backend_type = 'client backend'
                    AND (pg_has_role(usename, 'MEMBER') OR pg_has_role('pg_signal_backend', 'MEMBER')))
                FROM pg_stat_activity WHERE datname = $1
                """, ender)
            { Parameters = { new() { Value = name }, new() { Value = last?.Process ?? 0 } } };
            long others;
            await using (var reader = await end.ExecuteReaderAsync(cancellation))
            {
                await reader.ReadAsync(cancellation);
                others = reader.GetInt64(0);
            }
            // Under the lock of the rename nobody comes in: what is read now is the last there is.
            if (locked && others == 0) await last!.LookAsync(cancellation);
            await Task.WhenAny(renaming, Task.Delay(s_poll, CancellationToken.None));
        }
    }

    /// <summary>
    /// A session that begins holds a lock on its database until it is listed, and the rename has one that it is not compatible with (https://www.postgresql.org/docs/current/view-pg-locks.html: of a shared object the
    /// database is 0).
    /// </summary>
    private static async Task<bool> IsLockedAsync(NpgsqlConnection ender, int renamer, string name, CancellationToken cancellation)
    {
        await using var look = new NpgsqlCommand(
            """
            SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.objid
                WHERE l.pid = $1 AND l.locktype = 'object' AND l.database = 0 AND l.classid = 'pg_database'::regclass AND l.mode = 'AccessExclusiveLock' AND l.granted AND d.datname = $2)
            """, ender)
        { Parameters = { new() { Value = renamer }, new() { Value = name } } };
        return await look.ExecuteScalarAsync(cancellation) is true;
    }
}

/// <summary>A session on the database that is to go, held until nobody else is in it.</summary>
internal sealed class LastLook(NpgsqlConnection connection, Func<NpgsqlConnection, CancellationToken, Task> look)
{
    public int Process { get; } = connection.ProcessID;

    public bool Done { get; private set; }

    public async Task LookAsync(CancellationToken cancellation)
    {
        await look(connection, cancellation);
        Done = true;
        await connection.CloseAsync();
    }
}
