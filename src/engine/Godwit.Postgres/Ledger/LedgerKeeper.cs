using Godwit.Engine.Journal;
using Godwit.Engine.Ledger;
using Godwit.Postgres.Runs;
using Npgsql;

namespace Godwit.Postgres.Ledger;

/// <summary>Writes to the ledger of the run that this process holds, after each commit that added to the journal.</summary>
internal sealed class LedgerKeeper(LedgerFile file, Guid run, string runbook) : IDisposable
{
    private bool _isBroken;

    public TargetIdentity Target { get; set; } = new("", "", "", null);

    /// <summary>Begins the ledger of a run before the target is changed for it.</summary>
    public static async Task<LedgerKeeper> BeginAsync(TargetSessions sessions, LedgerKeeping ledger, Guid run, string runbook, CancellationToken cancellation)
    {
        await using var session = await sessions.RentAsync(cancellation);
        var target = await TargetIdentityRows.ReadAsync(session.Connection, cancellation);
        session.Keep();
        var keeper = new LedgerKeeper(LedgerFile.Open(ledger.Folder.PathOf(run)), run, runbook) { Target = target };
        keeper.Append(JournalChain.Start(run), null, []);
        return keeper;
    }

    /// <summary>What this transaction does is acted on elsewhere once it has committed: a crash may not take it back.</summary>
    public static async Task MustLastAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation)
    {
        await using var durable = new NpgsqlCommand("SELECT set_config('synchronous_commit', 'local', true) WHERE current_setting('synchronous_commit') = 'off'", connection, transaction);
        await durable.ExecuteNonQueryAsync(cancellation);
    }

    /// <exception cref="LedgerException">It cannot be written; later ones are then not tried, so that the run can still be let go of.</exception>
    public void Append(JournalPosition head, string? state, IReadOnlyList<KeyValuePair<string, string>> steps)
    {
        if (_isBroken) return;
        try
        {
            file.Append(new LedgerEntry(run, runbook, Target, head, state, steps));
        }
        catch (LedgerException)
        {
            _isBroken = true;
            throw;
        }
    }

    public void Dispose() => file.Dispose();
}
