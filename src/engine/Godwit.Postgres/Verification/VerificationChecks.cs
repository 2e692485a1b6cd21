using Godwit.Model.Moves;
using Godwit.Model.Verification;
using Npgsql;

namespace Godwit.Postgres.Verification;

/// <summary>Every check beside the rows themselves, the cheap ones first.</summary>
public static class VerificationChecks
{
    public static IReadOnlyList<ITargetCheck> All { get; } =
    [
        new PlannedObjectsCheck(),
        new IndexValidityCheck(),
        new SequencesCheck(),
        new RequiredColumnsCheck(),
        new UniquenessCheck(),
        new ForeignKeysCheck(),
        new IndexContentCheck(),
    ];

    /// <summary>Runs all checks one after the other in the connection's transaction.</summary>
    public static async Task<IReadOnlyList<CheckResult>> RunAsync(NpgsqlConnection connection, MovePlan plan, CancellationToken cancellationToken)
    {
        var results = new List<CheckResult>(All.Count);
        foreach (var check in All) results.Add(await check.RunAsync(connection, plan, cancellationToken));
        return results;
    }
}
