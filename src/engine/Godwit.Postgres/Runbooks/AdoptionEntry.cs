using System.Text.Json.Nodes;
using Godwit.Engine.Adoption;
using Godwit.Engine.Journal;
using Godwit.Engine.Ledger;
using Godwit.Engine.Runs;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Journal;
using Godwit.Postgres.Ledger;
using Godwit.Postgres.Runs;
using Npgsql;

namespace Godwit.Postgres.Runbooks;

/// <summary>What came of an adoption.</summary>
public abstract record AdoptionOutcome
{
    private AdoptionOutcome()
    {
    }

    /// <summary>The steps are on record as done before.</summary>
    public sealed record Adopted : AdoptionOutcome;

    /// <summary>This runbook has runs here. Nothing was changed.</summary>
    public sealed record AlreadyRun(string Run) : AdoptionOutcome;

    /// <summary>The target lacks what this machine's ledgers know of. Nothing was changed.</summary>
    public sealed record Rewound(IReadOnlyList<Finding> Findings) : AdoptionOutcome;

    /// <summary>Ledgers of this machine say nothing any more. Nothing was changed.</summary>
    public sealed record Untold(IReadOnlyList<Finding> Findings) : AdoptionOutcome;

    /// <summary>A runner is at work on it. Nothing was changed.</summary>
    public sealed record Held(LeaseHolder Holder) : AdoptionOutcome;
}

/// <summary>
/// Puts on record that steps were done before Godwit came: a finished run that carries them and has done nothing itself, in one transaction. Nothing outside
/// the schema godwit is written.
/// </summary>
public static class AdoptionEntry
{
    /// <param name="target">The target.</param>
    /// <param name="run">The id of the run that carries the steps.</param>
    /// <param name="plan">Of the runbook.</param>
    /// <param name="history">What another tool has on record.</param>
    /// <param name="steps">What of it is adopted.</param>
    /// <param name="folder">The runbook's.</param>
    /// <param name="toolVersion">This program's version.</param>
    /// <param name="runner">Who adopts.</param>
    /// <param name="signer">Signs the journal's heads.</param>
    /// <param name="ledger">How the run's ledger is kept: what was adopted is missed too where the target goes back.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="LedgerException">A ledger cannot be read or written.</exception>
    public static async Task<AdoptionOutcome> AdoptAsync(
        PostgresTarget target, Guid run, RunbookPlan plan, MigrationHistory history, IReadOnlyList<AdoptedStep> steps, string folder, string toolVersion, Runner runner, JournalSigner signer,
        LedgerKeeping ledger, CancellationToken cancellation)
    {
        await using var sessions = new TargetSessions(target, Guid.NewGuid(), "run");
        using var keeper = await LedgerKeeper.BeginAsync(sessions, ledger, run, plan.Name, cancellation);
        JournalPosition? tip = null;
        LedgerCheck? known = null;
        try
        {
            var refusal = await LeaseEntry.TakeAsync<AdoptionOutcome>(
                sessions, RunbookRows.ScopeOf(plan.Name), run, runner, waiting: null, holder => new AdoptionOutcome.Held(holder),
                async (connection, transaction) =>
                {
                    await LedgerKeeper.MustLastAsync(connection, transaction, cancellation);
                    known = await LedgerCheck.MakeAsync(connection, ledger.Folder, plan.Name, ledger.Known, cancellation);
                    if (known.Damaged.Count > 0) return new AdoptionOutcome.Untold(known.Damaged);
                    if (known.Rewound.Count > 0 && ledger.Accept is null) return new AdoptionOutcome.Rewound(known.Findings);
                    if (await FindRunAsync(connection, transaction, plan.Name, cancellation) is { } other) return new AdoptionOutcome.AlreadyRun(other);
                    keeper.Target = await TargetIdentityRows.ReadAsync(connection, cancellation);
                    async Task<IReadOnlyList<JournalNote>> NoteAsync(string catalog) =>
                    [
                        .. known.Rewound.Count == 0 ? [] : await Rewind.AcceptAsync(connection, transaction, run, known.Rewound, ledger.Accept!, signer, cancellation),
                        .. Notes(plan, history, steps, catalog, runner, toolVersion),
                    ];
                    tip = await PutOnRecordAsync(connection, transaction, run, plan, steps, folder, toolVersion, signer, NoteAsync, cancellation);
                    return null;
                },
                cancellation);
            if (refusal is not null) return refusal;
        }
        finally
        {
            // Nothing of it came about. Where that is not certain, the file stays: it says nothing that the target could lack.
            if (tip is null) ledger.Folder.Remove(run);
        }
        // A newer run knows of a restore to any moment that an older one would; and what was lost is in the journal now.
        foreach (var other in known!.Others.Where(o => o != run)) ledger.Folder.Remove(other);
        keeper.Append(tip!, nameof(RunbookState.Finished), [.. steps.Select(s => KeyValuePair.Create(s.Step, nameof(StepState.Verified)))]);
        return new AdoptionOutcome.Adopted();
    }

    /// <returns>The end of the run's journal.</returns>
    private static async Task<JournalPosition> PutOnRecordAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid run, RunbookPlan plan, IReadOnlyList<AdoptedStep> steps, string folder, string toolVersion, JournalSigner signer,
        Func<string, Task<IReadOnlyList<JournalNote>>> note, CancellationToken cancellation)
    {
        var catalog = await CatalogFingerprint.ReadAsync(connection, cancellation);
        await ExecuteAsync(connection, transaction, "INSERT INTO godwit.catalogs (hash, lines) VALUES ($1, $2) ON CONFLICT DO NOTHING", cancellation, catalog.Hash, catalog.Lines.ToArray());
        await RunbookRows.CreateAsync(connection, transaction, run, plan, steps.Select(s => s.Step).ToHashSet(StringComparer.Ordinal), folder, toolVersion, cancellation);
        await ExecuteAsync(connection, transaction, "UPDATE godwit.runs SET state = 'Finished', phase = 'Finished', finished_at = clock_timestamp() WHERE id = $1", cancellation, run);
        JournalPosition? tip = null;
        foreach (var notes in (await note(catalog.Hash)).Chunk(JournalRows.MostNotes))
            tip = JournalPosition.Of((await JournalRows.AppendAsync(connection, transaction, run, notes, signer, cancellation))[^1]);
        // Nobody goes on with it: the lease ends where it began.
        await ExecuteAsync(connection, transaction, "DELETE FROM godwit.leases WHERE run = $1", cancellation, run);
        return tip!;
    }

    private static IEnumerable<JournalNote> Notes(RunbookPlan plan, MigrationHistory history, IReadOnlyList<AdoptedStep> steps, string catalog, Runner runner, string toolVersion)
    {
        yield return JournalNote.Of("adopted", new JsonObject
        {
            ["catalog"] = catalog, ["history"] = history.Place, ["migrations"] = history.Applied.Count, ["plan"] = plan.Hash, ["runbook"] = plan.Name, ["runner"] = runner.Holder,
            ["steps"] = steps.Count, ["tool"] = MigrationTools.Of(history.Tool), ["version"] = toolVersion,
        });
        foreach (var step in steps)
            yield return JournalNote.Of("step-adopted", new JsonObject { ["compared"] = step.Compared, ["migration"] = step.Migration, ["step"] = step.Step });
    }

    /// <summary>A run of the runbook that is unfinished, or whose work stands.</summary>
    private static async Task<string?> FindRunAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string name, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT id::text FROM godwit.runs WHERE kind = 'runbook' AND target_schema = $1 AND state NOT IN ('RolledBack') ORDER BY started_at DESC LIMIT 1", connection, transaction)
        { Parameters = { new() { Value = name } } };
        return (string?)await command.ExecuteScalarAsync(cancellation);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string sql, CancellationToken cancellation, params IReadOnlyList<object> values)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
