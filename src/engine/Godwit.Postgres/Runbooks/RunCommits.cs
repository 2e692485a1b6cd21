using Godwit.Engine.Journal;
using Godwit.Engine.Ledger;
using Godwit.Engine.Runs;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Journal;
using Godwit.Postgres.Ledger;
using Godwit.Postgres.Notices;
using Godwit.Postgres.Runs;
using Npgsql;

namespace Godwit.Postgres.Runbooks;

/// <summary>Commits the transactions of a run: with what they add to the journal, and then to the ledger outside the target.</summary>
internal sealed class RunCommits(TargetSessions sessions, Guid run, RunbookPlan plan, JournalSigner signer, JournalPosition tip, LedgerKeeper? keeper) : IDisposable
{
    private readonly NoticeOutbox _notices = new(plan, run);
    private readonly SemaphoreSlim _journalling = new(1, 1);
    private JournalPosition _tip = tip;

    /// <summary>Told after each commit that added to the journal. Must not throw or wait.</summary>
    public Action? Journalled { get; set; }

    /// <summary>Looks at a transaction just before it commits; null does not.</summary>
    public Func<NpgsqlConnection, NpgsqlTransaction, CancellationToken, Task>? Committing { get; set; }

    /// <summary>
    /// What adds to the journal commits one after another, as the journal's lock makes it anyway: the ledger outside the target is written in that order too, whether a step or
    /// a tripwire is at it.
    /// </summary>
    public async Task CommitAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, RunLedger ledger, CancellationToken cancellation)
    {
        var alone = ledger.MustLast;
        if (alone) await _journalling.WaitAsync(cancellation);
        try
        {
            var entries = await JournalRows.AppendAsync(connection, transaction, run, ledger.Notes, ledger.SignsJournal ? signer : null, cancellation);
            await _notices.AddAsync(connection, transaction, entries, cancellation);
            if (ledger.MustLast && (entries.Count == 0 || entries[0].Previous != _tip.Hash)) await MustHoldTipAsync(connection, transaction, cancellation);
            if (Committing is { } look) await look(connection, transaction, cancellation);
            await CommitAsync(connection, transaction, entries, cancellation);
            if (entries.Count > 0) Remember(JournalPosition.Of(entries[^1]), ledger);
        }
        finally
        {
            if (alone) _journalling.Release();
        }
    }

    /// <summary>
    /// A connection that was lost may come back to a target that was restored meanwhile, or whose standby lacked the end. That it has more than this runner knows of is
    /// the answer to a commit that was lost.
    /// </summary>
    private async Task MustHoldTipAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT EXISTS (SELECT FROM godwit.journal WHERE run = $1 AND sequence = $2 AND hash = $3)", connection, transaction)
        {
            Parameters = { new() { Value = run }, new() { Value = _tip.Sequence }, new() { Value = _tip.Hash } },
        };
        if (await command.ExecuteScalarAsync(cancellation) is false) throw new TargetRewoundException(_tip.Sequence);
    }

    /// <summary>What is committed goes into the ledger before anybody is told.</summary>
    private void Remember(JournalPosition tip, RunLedger ledger)
    {
        _tip = tip;
        try
        {
            keeper?.Append(tip, ledger.NewState?.ToString(), ledger.NewSteps);
        }
        catch (LedgerException) when (ledger.NewState is not null)
        {
            // The run is let go of: the ledger lacks that, and lacking something it still fits.
        }
        Journalled?.Invoke();
    }

    /// <summary>A commit whose answer is lost was made or not: where it added to the journal, that tells, and nobody else has to ask.</summary>
    private async Task CommitAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<JournalEntry> entries, CancellationToken cancellation)
    {
        var process = connection.ProcessID;
        try
        {
            await transaction.CommitAsync(cancellation);
        }
        catch (Exception e) when (entries.Count > 0 && TargetFaults.IsTargets(e) && TargetFaults.Of(e) is { Fault: TargetFault.ConnectionLost } fault)
        {
            if (await new LostCommit(sessions, run).IsMadeAsync(process, entries[^1], cancellation) is not { } made) throw new TargetFaultException(fault.Fault, fault.Message, fault.SqlState, e) { IsUnanswered = true };
            if (!made) throw;
        }
    }

    public void Dispose()
    {
        keeper?.Dispose();
        _journalling.Dispose();
    }
}
