using Godwit.Model.Moves;
using Godwit.Model.Verification;
using Npgsql;

namespace Godwit.Postgres.Verification;

/// <summary>The checks beside the rows themselves, the cheap ones first.</summary>
public static class VerificationChecks
{
    /// <summary>Read the catalog, and sequences; enough once every row is known to be equal.</summary>
    public static IReadOnlyList<ITargetCheck> OfCatalog { get; } =
        [new PlannedObjectsCheck(), new IndexValidityCheck(), new SequencesCheck(), new HeldConstraintsCheck()];

    /// <summary>Read the rows too, each question by a scan of its own that trusts no index.</summary>
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
    public static Task<IReadOnlyList<CheckResult>> RunAsync(NpgsqlConnection connection, MovePlan plan, CancellationToken cancellationToken) =>
        RunAsync(All, connection, plan, cancellationToken);

    public static async Task<IReadOnlyList<CheckResult>> RunAsync(
        IReadOnlyList<ITargetCheck> checks, NpgsqlConnection connection, MovePlan plan, CancellationToken cancellationToken)
    {
        var results = new List<CheckResult>(checks.Count);
        foreach (var check in checks) results.Add(await check.RunAsync(connection, plan, cancellationToken));
        return results;
    }
}
