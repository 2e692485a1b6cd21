using Godwit.Engine.Gates;
using Godwit.Engine.Journal;
using Godwit.Engine.People;
using Godwit.Engine.Rehearsals;
using Godwit.Engine.Reports;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Journal;
using Godwit.Postgres.Notices;
using Godwit.Postgres.People;
using Godwit.Postgres.Rehearsals;
using Godwit.Postgres.Tripwires;
using Godwit.Security.Signing;
using Npgsql;

namespace Godwit.Postgres.Runbooks;

/// <summary>Reads everything that a target has of a run.</summary>
public static class RunRecords
{
    /// <returns>Null when there is no such run.</returns>
    public static async Task<RunRecord?> ReadAsync(NpgsqlConnection connection, Guid run, KnownSigners known, CancellationToken cancellation)
    {
        // One snapshot: the run may go on meanwhile, and its parts have to fit together.
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation);
        if (await RunbookRows.FindAsync(connection, run, cancellation) is not { } found) return null;
        var journal = new List<JournalEntry>();
        await foreach (var entry in JournalRows.ReadAsync(connection, run, 0, null, cancellation)) journal.Add(entry);
        var verdict = (await StoredJournal.LoadAsync(connection, run, known, cancellation)).Conclude();
        return new RunRecord(found, await ReadGatesAsync(connection, run, cancellation), journal, verdict, await CatalogsAsync(connection, run, cancellation))
        {
            Tripwires = await TripwireRows.ReadAsync(connection, run, cancellation),
            Moves = await MoveRows.ReadAsync(connection, run, known, cancellation),
            Notices = await NoticeRows.ReadAsync(connection, run, cancellation),
            Signed = await PeopleRows.ReadAsync(connection, found.Plan.Name, run, known, cancellation),
            Accepted = Acceptance.Read(journal),
            Rehearsals = await RehearsalsAsync(connection, found.Plan, known, cancellation),
            Exports = await ExportRows.ReadAsync(connection, run, cancellation),
        };
    }

    /// <summary>Keeps the signed certificate of a run that is over in its row.</summary>
    /// <returns>Whether it is over.</returns>
    public static async Task<bool> SaveCertificateAsync(NpgsqlConnection connection, Guid run, string certificate, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("UPDATE godwit.runs SET certificate = $2 WHERE id = $1 AND state IN ('Finished', 'RolledBack')", connection)
        { Parameters = { new() { Value = run }, new() { Value = certificate } } };
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    /// <summary>None where nothing was ever rehearsed: then which database this is need not be asked.</summary>
    private static async Task<RehearsalCount> RehearsalsAsync(NpgsqlConnection connection, RunbookPlan plan, KnownSigners known, CancellationToken cancellation)
    {
        var stored = await RehearsalRows.ReadAsync(connection, plan.Name, cancellation);
        if (stored.Count == 0) return new RehearsalCount([], [], []);
        var (target, _) = await RehearsalRows.IdentifyAsync(connection, cancellation);
        return RehearsalCount.Of(stored, plan.Hash, target, known);
    }

    /// <summary>Every time that a gate was asked, the first first.</summary>
    public static async Task<IReadOnlyList<GateRow>> ReadGatesAsync(NpgsqlConnection connection, Guid run, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT phase, gate, at, state, summary, evidence::text FROM godwit.gates WHERE run = $1 ORDER BY id", connection) { Parameters = { new() { Value = run } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<GateRow>();
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(new GateRow(
                Enum.Parse<Phase>(reader.GetString(0)), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2), Enum.Parse<GateState>(reader.GetString(3)), reader.GetString(4), reader.GetString(5)));
        }
        return rows;
    }

    /// <summary>The catalogs that the run's journal names. A body that was meddled with is no reason to fail: the verdict says so.</summary>
    private static async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> CatalogsAsync(NpgsqlConnection connection, Guid run, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """SELECT hash, lines FROM godwit.catalogs c WHERE EXISTS (SELECT FROM godwit.journal j WHERE j.run = $1 AND strpos(j.body, '"catalog":"' || c.hash || '"') > 0)""", connection)
        { Parameters = { new() { Value = run } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var catalogs = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellation)) catalogs[reader.GetString(0)] = reader.GetFieldValue<string[]>(1);
        return catalogs;
    }
}
