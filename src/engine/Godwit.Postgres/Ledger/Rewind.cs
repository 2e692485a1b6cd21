using System.Text.Json.Nodes;
using Godwit.Engine.Journal;
using Godwit.Engine.Ledger;
using Godwit.Postgres.Journal;
using Npgsql;

namespace Godwit.Postgres.Ledger;

/// <summary>Puts on record that a target went back and is gone on with: a new incarnation, a signed fork of the run's journal, and what was lost.</summary>
internal static class Rewind
{
    private const int LongestReason = 1000, MostSteps = 200;

    /// <returns>The entries that come first of those that this transaction adds.</returns>
    public static async Task<IReadOnlyList<JournalNote>> AcceptAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid run, IReadOnlyList<LedgerJudgement.Rewound> rewound, string reason, JournalSigner signer, CancellationToken cancellation)
    {
        var incarnation = Guid.NewGuid();
        await using var renew = new NpgsqlCommand("UPDATE godwit.incarnation SET id = $1, since = clock_timestamp()", connection, transaction) { Parameters = { new() { Value = incarnation } } };
        await renew.ExecuteNonQueryAsync(cancellation);
        await using var recheck = new NpgsqlCommand("UPDATE godwit.runs SET recheck = true WHERE id = $1", connection, transaction) { Parameters = { new() { Value = run } } };
        await recheck.ExecuteNonQueryAsync(cancellation);
        var end = await JournalRows.FindEndAsync(connection, run, cancellation);
        // A journal that another machine went on with may be longer than what was lost: then the fork only says which incarnation this is.
        var abandoned = rewound.FirstOrDefault(r => r.Run == run)?.Known is { } known && known.Sequence > end.Sequence ? known : end;
        return
        [
            signer.AttestFork(run, abandoned, end, incarnation),
            JournalNote.Of("rewind-accepted", new JsonObject
            {
                ["reason"] = reason.Length > LongestReason ? reason[..LongestReason] : reason,
                ["incarnation"] = incarnation.ToString("D"),
                ["lost"] = new JsonArray([.. rewound.Select(Lost)]),
            }),
        ];
    }

    private static JsonObject Lost(LedgerJudgement.Rewound rewound) => new()
    {
        ["run"] = rewound.Run.ToString("D"), ["known"] = rewound.Known.ToString(), ["held"] = rewound.Held.ToString(), ["why"] = rewound.Why,
        ["steps"] = new JsonObject(rewound.Steps.Take(MostSteps).Select(s => KeyValuePair.Create(s.Key, (JsonNode?)s.Value))),
    };
}
