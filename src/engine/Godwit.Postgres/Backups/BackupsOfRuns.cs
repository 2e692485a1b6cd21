using Godwit.Engine.Backups;
using Godwit.Postgres.Runs;
using Npgsql;

namespace Godwit.Postgres.Backups;

/// <summary>Which backups the runs of a target rely on.</summary>
public static class BackupsOfRuns
{
    /// <summary>The member of a gate's evidence that names the backup by which it opened.</summary>
    internal const string Evidence = "backup";

    public static async Task<IReadOnlySet<string>> ReadAsync(NpgsqlConnection connection, IReadOnlyList<StoredBackup> backups, CancellationToken cancellation)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        if (!await RunSchema.HasRunbooksAsync(connection, cancellation)) return names;
        var runs = new HashSet<Guid>();
        await using var command = new NpgsqlCommand(
            """
            SELECT r.id, g.evidence ->> $1 FROM godwit.runs r LEFT JOIN godwit.gates g ON g.run = r.id AND g.state = 'Pass' AND g.evidence ->> $1 IS NOT NULL
            WHERE r.state IN ('Running', 'Paused', 'Complete')
            """, connection)
        { Parameters = { new() { Value = Evidence } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            runs.Add(reader.GetGuid(0));
            if (!reader.IsDBNull(1)) names.Add(reader.GetString(1));
        }
        names.UnionWith(backups.Where(b => b.Manifest?.Run is { } run && runs.Contains(run)).Select(b => b.Name));
        return names;
    }
}
