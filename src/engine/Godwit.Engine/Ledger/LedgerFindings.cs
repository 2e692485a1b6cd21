using Godwit.Model.Findings;

namespace Godwit.Engine.Ledger;

/// <summary>What is said about ledgers.</summary>
public static class LedgerFindings
{
    private const int MostSteps = 20;

    public static Finding Of(LedgerJudgement.Rewound rewound)
    {
        var entries = rewound.Known.Sequence == rewound.Held.Sequence ? "" : rewound.Known.Sequence == rewound.Held.Sequence + 1 ? $": entry {rewound.Known.Sequence} is gone" : $": entries {rewound.Held.Sequence + 1} to {rewound.Known.Sequence} are gone";
        var steps = rewound.Steps.Count == 0 ? "" : $", with the steps {string.Join(", ", rewound.Steps.Take(MostSteps).Select(s => $"{s.Key} ({s.Value})"))}{(rewound.Steps.Count > MostSteps ? $" and {rewound.Steps.Count - MostSteps} more" : "")}";
        return Finding.Error(
            FindingCodes.TargetRewound,
            $"the target went back: this machine's ledger of run {rewound.Run} knows its journal up to entry {rewound.Known.Sequence}, and {rewound.Why}{entries}{steps}", null,
            "Bring back the database that has them, or go on without: --accept-rewind REASON of `godwit resume` and `godwit rollback` (`godwit run` where the run is gone) puts it on record, looks at every step again that the target says is done, and does again what was lost.");
    }

    public static Finding Damaged(LedgerReading reading) => Finding.Error(
        FindingCodes.LedgerDamaged, $"line {reading.Damaged} of the ledger {reading.Path} is not as it was written: whether the target went back cannot be told", null,
        "Bring the file back as it was. Without it, move it away: a new one then begins with what the target says.");

    public static Finding Unusable(LedgerException fault) => Finding.Error(FindingCodes.LedgerUnusable, fault.Message, null, "Mend it: a run does not go on without its ledger.");

    /// <summary>In the middle of a run: the connection that was lost came back to another past.</summary>
    public static Finding Of(TargetRewoundException fault) => Finding.Error(
        FindingCodes.TargetRewound, fault.Message, null, "`godwit status` tells what is lost. Bring back the database that has it, or go on without: `godwit resume --accept-rewind REASON`.");
}

/// <summary>The target no longer has what this runner has committed to it.</summary>
public sealed class TargetRewoundException(long sequence) : Exception($"the target went back: it no longer has entry {sequence} of the journal, which this runner wrote");
