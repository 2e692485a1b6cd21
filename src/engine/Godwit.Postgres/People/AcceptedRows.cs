using Godwit.Engine.Gates;
using Godwit.Engine.Journal;
using Godwit.Engine.People;
using Godwit.Engine.Rollback;
using Godwit.Model.Findings;
using Godwit.Postgres.Journal;
using Godwit.Security.Signing;
using Npgsql;

namespace Godwit.Postgres.People;

/// <summary>What gates and rollbacks of a run went by, and whether it is still there as it was.</summary>
public static class AcceptedRows
{
    /// <summary>What the run's journal says was accepted.</summary>
    public static async Task<IReadOnlyList<Acceptance>> ReadAsync(NpgsqlConnection connection, Guid run, CancellationToken cancellation)
    {
        var entries = new List<JournalEntry>();
        foreach (var kind in (string[])[GateNote.JournalKind, RollbackDecision.JournalKind, RollbackChecklist.JournalKind])
        {
            await foreach (var entry in JournalRows.ReadKindAsync(connection, run, kind, cancellation)) entries.Add(entry);
        }
        return Acceptance.Read(entries.OrderBy(e => e.Sequence));
    }

    /// <summary>What is gone or changed since.</summary>
    public static async Task<IReadOnlyList<Finding>> FindFaultsAsync(NpgsqlConnection connection, Guid run, KnownSigners known, CancellationToken cancellation)
    {
        var accepted = await ReadAsync(connection, run, cancellation);
        if (accepted.Count == 0) return [];
        var rows = await PeopleRows.FindAsync(connection, [.. accepted.Select(a => a.Statement.Hash)], cancellation);
        return Acceptance.FindFaults(accepted, rows, (await PeopleRows.ReadAsync(connection, null, null, known, cancellation)).Register);
    }
}
