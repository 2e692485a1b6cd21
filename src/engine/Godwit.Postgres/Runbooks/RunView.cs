using System.Text.Json.Nodes;
using Godwit.Engine.Journal.Export;
using Godwit.Engine.Notices;
using Godwit.Engine.People;
using Godwit.Engine.Reports;
using Godwit.Engine.Rollback;
using Godwit.Engine.Runs;
using Godwit.Engine.Tripwires;
using Godwit.Postgres.Journal;
using Godwit.Postgres.Live;
using Godwit.Postgres.Notices;
using Godwit.Postgres.People;
using Godwit.Postgres.Tripwires;
using Godwit.Security.Signing;
using Npgsql;

namespace Godwit.Postgres.Runbooks;

/// <summary>What <c>status</c> shows of a run.</summary>
/// <param name="Run">Its rows.</param>
/// <param name="Gates">The newest answer of every gate that was asked.</param>
/// <param name="Copies">How copies of the journal stand.</param>
/// <param name="Decided">What the newest rollback was decided by; null when there was none.</param>
/// <param name="Checked">What the checklist of the newest rollback saw; null when none was gone through.</param>
/// <param name="Lag">How far replicas are behind; null when there is none.</param>
public sealed record RunView(RunbookRun Run, IReadOnlyList<GateRow> Gates, IReadOnlyList<ExportState> Copies, JsonObject? Decided, JsonObject? Checked, string? Lag)
{
    /// <summary>Who was told what, or is to be.</summary>
    public IReadOnlyList<NoticeRow> Notices { get; init; } = [];
    /// <summary>Who may agree, and what was signed.</summary>
    public required PeopleRecords Signed { get; init; }

    /// <summary>What gates and rollbacks went by.</summary>
    public required IReadOnlyList<Acceptance> Accepted { get; init; }
    /// <summary>Where its live moves stand.</summary>
    public IReadOnlyList<LiveStanding> Live { get; init; } = [];

    /// <summary>Where its tripwires stand.</summary>
    public IReadOnlyList<TripwireRow> Tripwires { get; init; } = [];

    /// <returns>Null when there is no such run.</returns>
    public static async Task<RunView?> ReadAsync(NpgsqlConnection connection, Guid run, KnownSigners known, CancellationToken cancellation)
    {
        if (await RunbookRows.FindAsync(connection, run, cancellation) is not { } found) return null;
        var gates = await RunRecords.ReadGatesAsync(connection, run, cancellation);
        return new RunView(
            found, [.. gates.GroupBy(g => g.Gate, StringComparer.Ordinal).Select(g => g.Last())], await ExportRows.ReadAsync(connection, run, cancellation),
            await JournalRows.FindNewestAsync(connection, run, RollbackDecision.JournalKind, cancellation),
            await JournalRows.FindNewestAsync(connection, run, RollbackChecklist.JournalKind, cancellation), await ReplicaLag.ReadAsync(connection, cancellation))
        {
            Notices = await NoticeRows.ReadAsync(connection, run, cancellation),
            Signed = await PeopleRows.ReadAsync(connection, found.Plan.Name, run, known, cancellation), Accepted = await AcceptedRows.ReadAsync(connection, run, cancellation),
            Live = await LiveStanding.ReadAsync(connection, run, cancellation),
            Tripwires = await TripwireRows.ReadAsync(connection, run, cancellation),
        };
    }
}
