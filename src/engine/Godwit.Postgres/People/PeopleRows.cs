using Godwit.Engine.Journal;
using Godwit.Engine.People;
using Godwit.Engine.Runs;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Journal;
using Godwit.Postgres.Ledger;
using Godwit.Security.Signing;
using Npgsql;
using NpgsqlTypes;

namespace Godwit.Postgres.People;

/// <summary>Reads who may agree and what was signed. A target whose tables an older program made has nobody.</summary>
public static class PeopleRows
{
    /// <summary>More rows than this are nobody's approvals: somebody fills the table. The newest are looked at.</summary>
    public const int MostStatements = 10_000;

    /// <param name="connection">Of the target, in a transaction or not. Nothing is written.</param>
    /// <param name="runbook">Its name.</param>
    /// <param name="run">The run at hand; null before there is one.</param>
    /// <param name="known">Whose pins of people count.</param>
    /// <param name="cancellation">Stops.</param>
    public static async Task<PeopleRecords> ReadAsync(NpgsqlConnection connection, string? runbook, Guid? run, KnownSigners known, CancellationToken cancellation)
    {
        var target = await TargetIdentityRows.ReadAsync(connection, cancellation);
        DateTimeOffset now;
        bool exists;
        await using (var look = new NpgsqlCommand("SELECT clock_timestamp(), to_regclass('godwit.people') IS NOT NULL AND to_regclass('godwit.approvals') IS NOT NULL", connection))
        await using (var reader = await look.ExecuteReaderAsync(cancellation))
        {
            await reader.ReadAsync(cancellation);
            (now, exists) = (reader.GetFieldValue<DateTimeOffset>(0), reader.GetBoolean(1));
        }
        if (!exists) return new PeopleRecords(now, target, PeopleRegister.Empty, [], []);
        var entries = new List<JournalEntry>();
        await foreach (var entry in JournalRows.ReadAsync(connection, PeopleRegister.Journal, 0, null, cancellation)) entries.Add(entry);
        var verifier = new JournalVerifier(PeopleRegister.Journal, known);
        await foreach (var head in JournalHeadRows.ReadAsync(connection, PeopleRegister.Journal, 0, cancellation)) verifier.Add(head);
        foreach (var entry in entries) verifier.Add(entry);
        var register = PeopleRegister.Of(entries, verifier.Conclude(), await PeopleAsync(connection, cancellation), target, known);
        if (runbook is null) return new PeopleRecords(now, target, register, [], []);
        var (undone, decided) = run is { } at ? await WayBackAsync(connection, at, cancellation) : ([], null);
        return new PeopleRecords(now, target, register, await StatementsAsync(connection, runbook, cancellation), await RunsAsync(connection, runbook, cancellation))
        {
            Undone = undone, RollbackDecided = decided,
        };
    }

    /// <summary>The run that people agree to, as long as it is not over; null when the next is yet to begin.</summary>
    public static async Task<RunbookRun?> FindOpenRunAsync(NpgsqlConnection connection, string runbook, CancellationToken cancellation)
    {
        var runs = await Runbooks.RunbookRows.ListAsync(connection, runbook, cancellation);
        return runs is [{ State: RunbookState.Running or RunbookState.Paused or RunbookState.Complete or RunbookState.Finished } newest, ..] ? newest : null;
    }

    private static async Task<List<PersonRow>> PeopleAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT name, kid, key_x, key_y, roles, added_at, retired_at FROM godwit.people ORDER BY added_at, kid", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<PersonRow>();
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(new PersonRow(
                reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetFieldValue<string[]>(4), reader.GetFieldValue<DateTimeOffset>(5),
                reader.IsDBNull(6) ? null : reader.GetFieldValue<DateTimeOffset>(6)));
        }
        return rows;
    }

    private static async Task<List<StoredStatement>> StatementsAsync(NpgsqlConnection connection, string runbook, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT id, purpose, plan, subject, run, document, received_at FROM godwit.approvals WHERE runbook = $1 ORDER BY received_at DESC, id LIMIT $2", connection)
        { Parameters = { new() { Value = runbook }, new() { Value = MostStatements } } };
        return await ReadAsync(command, cancellation);
    }

    /// <summary>Statements by their hashes, whatever became of them since.</summary>
    public static async Task<IReadOnlyList<StoredStatement>> FindAsync(NpgsqlConnection connection, IReadOnlyList<string> hashes, CancellationToken cancellation)
    {
        await using (var look = new NpgsqlCommand("SELECT to_regclass('godwit.approvals') IS NOT NULL", connection))
        {
            if (await look.ExecuteScalarAsync(cancellation) is not true) return [];
        }
        await using var command = new NpgsqlCommand("SELECT id, purpose, plan, subject, run, document, received_at FROM godwit.approvals WHERE id = ANY ($1)", connection)
        { Parameters = { new() { Value = hashes.ToArray() } } };
        return await ReadAsync(command, cancellation);
    }

    private static async Task<List<StoredStatement>> ReadAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<StoredStatement>();
        while (await reader.ReadAsync(cancellation))
        {
            if (Purposes.Find(reader.GetString(1)) is not { } purpose) continue;
            rows.Add(new StoredStatement(
                reader.GetString(0), purpose, reader.GetString(2), reader.GetString(3), reader.IsDBNull(4) ? null : reader.GetGuid(4), reader.GetString(5), reader.GetFieldValue<DateTimeOffset>(6)));
        }
        return rows;
    }

    private static async Task<List<KnownRun>> RunsAsync(NpgsqlConnection connection, string runbook, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT id, started_at, plan_hash FROM godwit.runs WHERE kind = 'runbook' AND target_schema = $1 ORDER BY started_at", connection)
        { Parameters = { new() { Value = runbook } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var runs = new List<KnownRun>();
        while (await reader.ReadAsync(cancellation)) runs.Add(new KnownRun(reader.GetGuid(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetString(2)));
        return runs;
    }

    private static async Task<(Dictionary<Phase, DateTimeOffset> Undone, DateTimeOffset? Decided)> WayBackAsync(NpgsqlConnection connection, Guid run, CancellationToken cancellation)
    {
        // Of a body that somebody changed the verdict on the journal tells; reading it is not to fail here.
        await using var command = new NpgsqlCommand(
            """
            SELECT substring(body from '"phase":"([a-z]+)"'), max(at) FILTER (WHERE kind = 'phase-undone'), max(at) FILTER (WHERE kind = 'rollback-decided')
            FROM godwit.journal WHERE run = $1 AND kind IN ('phase-undone', 'rollback-decided') GROUP BY 1
            """, connection)
        { Parameters = { new() { Value = run, NpgsqlDbType = NpgsqlDbType.Uuid } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var undone = new Dictionary<Phase, DateTimeOffset>();
        DateTimeOffset? decided = null;
        while (await reader.ReadAsync(cancellation))
        {
            if (!reader.IsDBNull(2)) decided = reader.GetFieldValue<DateTimeOffset>(2);
            if (!reader.IsDBNull(0) && !reader.IsDBNull(1) && PhaseNames.Find(reader.GetString(0)) is { } phase) undone[phase] = reader.GetFieldValue<DateTimeOffset>(1);
        }
        return (undone, decided);
    }
}
