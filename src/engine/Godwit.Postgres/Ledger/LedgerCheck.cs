using Godwit.Engine.Journal;
using Godwit.Engine.Ledger;
using Godwit.Model.Findings;
using Godwit.Postgres.Journal;
using Godwit.Security.Signing;
using Npgsql;

namespace Godwit.Postgres.Ledger;

/// <summary>Compares a target with all that this machine's ledgers know of a runbook there.</summary>
/// <param name="Target">Who the target is.</param>
/// <param name="Rewound">The runs of which it lacks something.</param>
/// <param name="Explained">The runs of which it lacks what somebody gave up, on record.</param>
/// <param name="Others">All runs that have a ledger here.</param>
/// <param name="Damaged">Ledgers that say nothing.</param>
public sealed record LedgerCheck(
    TargetIdentity Target, IReadOnlyList<LedgerJudgement.Rewound> Rewound, IReadOnlyList<Guid> Explained, IReadOnlyList<Guid> Others, IReadOnlyList<Finding> Damaged)
{
    public IReadOnlyList<Finding> Findings => [.. Damaged, .. Rewound.Select(LedgerFindings.Of)];

    /// <param name="connection">Of the target; in a transaction or not. Nothing is written.</param>
    /// <param name="folder">The ledgers.</param>
    /// <param name="runbook">The runbook's name.</param>
    /// <param name="known">Whose word counts.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="LedgerException">A ledger cannot be read.</exception>
    public static async Task<LedgerCheck> MakeAsync(NpgsqlConnection connection, LedgerFolder folder, string runbook, KnownSigners known, CancellationToken cancellation)
    {
        var target = await TargetIdentityRows.ReadAsync(connection, cancellation);
        var hasJournal = await StoredJournal.ExistsAsync(connection, cancellation);
        var forks = hasJournal ? await ForksAsync(connection, known, cancellation) : [];
        var (rewound, explained, others, damaged) = (new List<LedgerJudgement.Rewound>(), new List<Guid>(), new List<Guid>(), new List<Finding>());
        foreach (var reading in folder.ReadAll())
        {
            // A damaged one counts where the run that its name gives is the target's; what it says itself is not to be trusted.
            if (reading.Damaged is not null)
            {
                var isHere = Guid.TryParse(Path.GetFileNameWithoutExtension(reading.Path), out var named) && hasJournal && await HasRunAsync(connection, named, runbook, cancellation);
                if (isHere || (reading.Entries is [var first, ..] && first.Runbook == runbook && IsOf(first.Target, target))) damaged.Add(LedgerFindings.Damaged(reading));
                continue;
            }
            var last = reading.Entries[^1];
            if (last.Runbook != runbook || !IsOf(last.Target, target)) continue;
            others.Add(last.Run);
            var end = hasJournal && await StoredJournal.HoldsAsync(connection, last.Run, cancellation) ? await JournalRows.FindEndAsync(connection, last.Run, cancellation) : null;
            var hashes = end is null ? new Dictionary<long, string>() : await HashesAsync(connection, last.Run, [.. reading.Entries.Select(e => e.Head.Sequence)], cancellation);
            switch (LedgerJudgement.Of(reading.Entries, target, end, hashes, forks))
            {
                case LedgerJudgement.Rewound lost: rewound.Add(lost); break;
                case LedgerJudgement.Explained: explained.Add(last.Run); break;
            }
        }
        return new LedgerCheck(target, rewound, explained, others, damaged);
    }

    /// <summary>A copy that went elsewhere has the incarnation, and a restore from before Godwit came has the place.</summary>
    private static bool IsOf(TargetIdentity known, TargetIdentity target) =>
        (known.System == target.System && known.Database == target.Database) || (known.Incarnation is not null && known.Incarnation == target.Incarnation);

    private static async Task<bool> HasRunAsync(NpgsqlConnection connection, Guid run, string runbook, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT EXISTS (SELECT FROM godwit.runs WHERE id = $1 AND target_schema = $2)", connection) { Parameters = { new() { Value = run }, new() { Value = runbook } } };
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    private static async Task<List<JournalFork>> ForksAsync(NpgsqlConnection connection, KnownSigners known, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT body FROM godwit.journal WHERE kind = $1 ORDER BY at, sequence", connection) { Parameters = { new() { Value = JournalFork.Kind } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var forks = new List<JournalFork>();
        while (await reader.ReadAsync(cancellation))
        {
            if (JournalFork.TryRead(reader.GetString(0)) is { } fork && fork.Judge(known) == SignerVerdict.KnownSigner) forks.Add(fork);
        }
        return forks;
    }

    private static async Task<Dictionary<long, string>> HashesAsync(NpgsqlConnection connection, Guid run, long[] sequences, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT sequence, hash FROM godwit.journal WHERE run = $1 AND sequence = ANY ($2)", connection) { Parameters = { new() { Value = run }, new() { Value = sequences } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var hashes = new Dictionary<long, string>();
        while (await reader.ReadAsync(cancellation)) hashes[reader.GetInt64(0)] = reader.GetString(1);
        return hashes;
    }
}
