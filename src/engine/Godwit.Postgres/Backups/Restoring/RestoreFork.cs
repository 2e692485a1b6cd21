using System.Text.Json.Nodes;
using Godwit.Engine.Backups;
using Godwit.Engine.Journal;
using Godwit.Engine.Ledger;
using Godwit.Postgres.Journal;
using Godwit.Postgres.Ledger;
using Godwit.Postgres.Runs;
using Npgsql;

namespace Godwit.Postgres.Backups.Restoring;

/// <summary>A restore takes the runs of a database back with it. What is given up is read before, and the restored journals say so, signed, before anybody gets in.</summary>
internal static class RestoreFork
{
    private const int LongestReason = 1000;

    /// <summary>The runs of a database and where their journals end.</summary>
    public static async Task<IReadOnlyList<RunGivenUp>> ReadHeadsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (!await RunSchema.HasRunbooksAsync(connection, cancellation)) return [];
        var runs = new List<(Guid Id, string Name, string State)>();
        await using (var command = new NpgsqlCommand("SELECT id, target_schema, state FROM godwit.runs WHERE EXISTS (SELECT FROM godwit.journal j WHERE j.run = runs.id) ORDER BY started_at", connection))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation)) runs.Add((reader.GetGuid(0), reader.GetString(1), reader.GetString(2)));
        }
        var heads = new List<RunGivenUp>(runs.Count);
        foreach (var (id, name, state) in runs) heads.Add(new RunGivenUp(id, name, state, await JournalRows.FindEndAsync(connection, id, cancellation)));
        return heads;
    }

    /// <summary>This machine's ledgers learn what the database had, of every run that they know or that is not over.</summary>
    public static void Remember(LedgerFolder folder, TargetIdentity target, IReadOnlyList<RunGivenUp> runs)
    {
        foreach (var run in runs.Where(r => File.Exists(folder.PathOf(r.Run)) || r.State is "Running" or "Paused" or "Complete"))
        {
            using var ledger = LedgerFile.Open(folder.PathOf(run.Run));
            ledger.Append(new LedgerEntry(run.Run, run.Runbook, target, run.Head, null, []));
        }
    }

    /// <summary>A new life of the database that came back: a new incarnation, and in every journal that it brought along a signed fork from what is given up.</summary>
    /// <returns>What ledgers have to learn of it once it is in its place; before that it may never be. Null where it knows of no runs.</returns>
    public static async Task<(TargetIdentity Target, IReadOnlyList<RunGivenUp> Runs)?> AttestAsync(
        NpgsqlConnection restored, IReadOnlyList<RunGivenUp> former, BackupManifest backup, string reason, JournalSigner signer, CancellationToken cancellation)
    {
        if (!await RunSchema.HasParentsAsync(restored, cancellation)) return null;
        var runs = await ReadHeadsAsync(restored, cancellation);
        var incarnation = Guid.NewGuid();
        await using (var transaction = await restored.BeginTransactionAsync(cancellation))
        {
            await using var renew = new NpgsqlCommand("UPDATE godwit.incarnation SET id = $1, since = clock_timestamp()", restored, transaction) { Parameters = { new() { Value = incarnation } } };
            await renew.ExecuteNonQueryAsync(cancellation);
            foreach (var run in runs)
            {
                var abandoned = former.FirstOrDefault(f => f.Run == run.Run)?.Head is { } head && head.Sequence > run.Head.Sequence ? head : run.Head;
                await JournalRows.AppendAsync(
                    restored, transaction, run.Run,
                    [
                        signer.AttestFork(run.Run, abandoned, run.Head, incarnation),
                        JournalNote.Of("restored", new JsonObject
                        {
                            ["backup"] = backup.Name, ["incarnation"] = incarnation.ToString("D"), ["reason"] = reason.Length > LongestReason ? reason[..LongestReason] : reason,
                            ["givenUp"] = abandoned.Sequence - run.Head.Sequence,
                        }),
                    ], signer, cancellation);
            }
            // Nobody is at work on a run that has just come back; what is done is looked at again before it goes on.
            foreach (var sql in (string[])["UPDATE godwit.runs SET recheck = true WHERE kind = 'runbook' AND state IN ('Running', 'Paused', 'Complete')", "DELETE FROM godwit.leases"])
            {
                await using var settle = new NpgsqlCommand(sql, restored, transaction);
                await settle.ExecuteNonQueryAsync(cancellation);
            }
            await transaction.CommitAsync(cancellation);
        }
        return (await TargetIdentityRows.ReadAsync(restored, cancellation), await ReadHeadsAsync(restored, cancellation));
    }
}
