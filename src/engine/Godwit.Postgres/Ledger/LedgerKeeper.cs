using Godwit.Engine.Journal;
using Godwit.Engine.Ledger;

namespace Godwit.Postgres.Ledger;

/// <summary>Writes to the ledger of the run that this process holds, after each commit that added to the journal.</summary>
internal sealed class LedgerKeeper(LedgerFile file, Guid run, string runbook) : IDisposable
{
    private bool _isBroken;

    public TargetIdentity Target { get; set; } = new("", "", "", null);

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
