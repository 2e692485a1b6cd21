using System.Text.Json.Nodes;
using Godwit.Engine.Adoption;
using Godwit.Engine.Journal;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Journal;
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

    /// <summary>A runner is at work on it. Nothing was changed.</summary>
    public sealed record Held(LeaseHolder Holder) : AdoptionOutcome;
}

/// <summary>
/// Puts on record that steps were done before Godwit came: a finished run that carries them and has done nothing itself, in one transaction. Nothing outside
/// the schema godwit is written.
/// </summary>
public static class AdoptionEntry
{
    public static async Task<AdoptionOutcome> AdoptAsync(
        PostgresTarget target, Guid run, RunbookPlan plan, MigrationHistory history, IReadOnlyList<AdoptedStep> steps, string folder, string toolVersion, Runner runner, JournalSigner signer,
        CancellationToken cancellation)
    {
        await using var sessions = new TargetSessions(target, Guid.NewGuid(), "run");
        return await LeaseEntry.TakeAsync<AdoptionOutcome>(
            sessions, RunbookRows.ScopeOf(plan.Name), run, runner, waiting: null, holder => new AdoptionOutcome.Held(holder),
            async (connection, transaction) =>
            {
                if (await FindRunAsync(connection, transaction, plan.Name, cancellation) is { } other) return new AdoptionOutcome.AlreadyRun(other);
                var catalog = await CatalogFingerprint.ReadAsync(connection, cancellation);
                await ExecuteAsync(connection, transaction, "INSERT INTO godwit.catalogs (hash, lines) VALUES ($1, $2) ON CONFLICT DO NOTHING", cancellation, catalog.Hash, catalog.Lines.ToArray());
                await RunbookRows.CreateAsync(connection, transaction, run, plan, steps.Select(s => s.Step).ToHashSet(StringComparer.Ordinal), folder, toolVersion, cancellation);
                await ExecuteAsync(
                    connection, transaction, "UPDATE godwit.runs SET state = 'Finished', phase = 'Finished', finished_at = clock_timestamp() WHERE id = $1", cancellation, run);
                foreach (var notes in Notes(plan, history, steps, catalog.Hash, runner, toolVersion).Chunk(JournalRows.MostNotes))
                    await JournalRows.AppendAsync(connection, transaction, run, notes, signer, cancellation);
                // Nobody goes on with it: the lease ends where it began.
                await ExecuteAsync(connection, transaction, "DELETE FROM godwit.leases WHERE run = $1", cancellation, run);
                return null;
            },
            cancellation) ?? new AdoptionOutcome.Adopted();
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
