using Godwit.Model.Findings;
using Godwit.Postgres.Connections.Checks;
using Npgsql;

namespace Godwit.Postgres.Connections;

/// <summary>Everything that must hold before a move touches its target, checked in one go; nothing is changed.</summary>
public static class TargetChecks
{
    private static readonly ITargetCheck[] All =
    [
        new EncodingCheck(), new WritableCheck(), new SchemaNameCheck(), new RightsCheck(), new NamesFreeCheck(), new DiskCheck(), new ConnectionsCheck(),
    ];

    /// <summary>The findings of all checks, in a fixed order.</summary>
    public static async Task<IReadOnlyList<Finding>> RunAsync(
        NpgsqlConnection connection, TargetDemands demands, CancellationToken cancellationToken = default)
    {
        // The rest would fail on another server for reasons that mean nothing.
        if ((await ServerIdentity.ReadAsync(connection, cancellationToken)).Refusal() is { } refusal)
            return [refusal];
        var findings = new List<Finding>();
        foreach (var check in All)
            findings.AddRange(await check.RunAsync(connection, demands, cancellationToken));
        return findings;
    }
}
