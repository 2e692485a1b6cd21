using Godwit.Engine.Journal;
using Godwit.Engine.Runs;
using Godwit.Postgres.Runs;
using Npgsql;

namespace Godwit.Postgres.Runbooks;

/// <summary>
/// Finds out what became of a commit whose answer was lost. The entry's hash is unlike any other, and the journal's tip is locked while it is looked for: a transaction that may
/// still commit holds that lock. So the answer is final, after a restart and after a failover too, where transaction ids may stand for something else.
/// </summary>
internal sealed class LostCommit(TargetSessions sessions, Guid run)
{
    /// <summary>With the waits between them about half a minute: a server that restarts is back by then.</summary>
    private const int Attempts = 12;

    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(50), Longest = TimeSpan.FromSeconds(5);

    /// <param name="process">The backend that was asked to commit.</param>
    /// <param name="entry">What it added to the journal last.</param>
    /// <param name="cancellation">Stops the waits.</param>
    /// <returns>Null when the target does not say.</returns>
    public async Task<bool?> IsMadeAsync(int process, JournalEntry entry, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            try
            {
                return await TargetFaults.GuardAsync(() => LookAsync(process, entry, cancellation));
            }
            catch (TargetFaultException fault) when (fault.Fault == TargetFault.ConnectionLost || fault.IsPassing)
            {
                var wait = First * Math.Pow(2, attempt);
                await Task.Delay(wait < Longest ? wait : Longest, cancellation);
            }
        }
        return null;
    }

    private async Task<bool> LookAsync(int process, JournalEntry entry, CancellationToken cancellation)
    {
        await using var session = await sessions.OpenAsync(cancellation);
        // One that never heard of the commit waits for it, and holds the tip: its network is gone, it is not.
        await using (var end = new NpgsqlCommand("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND pid <> pg_backend_pid() AND starts_with(application_name, $2)", session.Connection)
        {
            Parameters = { new() { Value = process }, new() { Value = TargetSessions.NameOf(sessions.Epoch) } },
        })
        {
            await end.ExecuteNonQueryAsync(cancellation);
        }
        await using var transaction = await session.Connection.BeginTransactionAsync(cancellation);
        await using (var limit = new NpgsqlCommand("SET LOCAL lock_timeout = '5s'", session.Connection, transaction)) await limit.ExecuteNonQueryAsync(cancellation);
        await using (var hold = new NpgsqlCommand("SELECT FROM godwit.journal_tips WHERE run = $1 FOR UPDATE", session.Connection, transaction) { Parameters = { new() { Value = run } } })
        {
            await hold.ExecuteNonQueryAsync(cancellation);
        }
        await using var look = new NpgsqlCommand("SELECT EXISTS (SELECT FROM godwit.journal WHERE run = $1 AND sequence = $2 AND hash = $3)", session.Connection, transaction)
        {
            Parameters = { new() { Value = run }, new() { Value = entry.Sequence }, new() { Value = entry.Hash } },
        };
        return await look.ExecuteScalarAsync(cancellation) is true;
    }
}
