using Godwit.Model.Findings;
using Godwit.Postgres.Runs;

namespace Godwit.Cli.Move.Nested;

/// <summary>What a command about moves of their own says of one that a runbook's run made: it is that run's, and is gone on with and taken back there.</summary>
internal static class PartOfRunbook
{
    /// <summary>Null for a move of its own.</summary>
    public static Finding? Find(StoredRun stored) => stored.Parent is not { } parent ? null : Finding.Error(
        FindingCodes.PartOfRunbook,
        $"the move {stored.Description.Id} into schema {stored.Description.Plan.Schema} ({stored.State.ToString().ToLowerInvariant()}) is step {parent.Step} of run {parent.Run} of the runbook {parent.Runbook}",
        remedy: $"`godwit status`, `godwit resume` and `godwit rollback` with the runbook {parent.Runbook} show it, go on with it and take it back.");
}
