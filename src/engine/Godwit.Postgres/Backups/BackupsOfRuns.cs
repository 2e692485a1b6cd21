using Godwit.Engine.Backups;
using Godwit.Postgres.Runs;
using Npgsql;

namespace Godwit.Postgres.Backups;

/// <summary>Which backups the runs of a target rely on.</summary>
public static class BackupsOfRuns
{
    /// <summary>The member of a gate's evidence that names the backup by which it opened.</summary>
    internal const string Evidence = "backup";

    public static async Task<RunsBackups> ReadAsync(NpgsqlConnection connection, IReadOnlyList<StoredBackup> backups, CancellationToken cancellation)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var (runs, open) = (new HashSet<Guid>(), new HashSet<Guid>());
        if (!await RunSchema.HasRunbooksAsync(connection, cancellation)) return new RunsBackups(names, runs);
        await using var command = new NpgsqlCommand(
            """
            SELECT r.id, r.state IN ('Running', 'Paused', 'Complete'), g.evidence ->> $1 FROM godwit.runs r
            LEFT JOIN godwit.gates g ON g.run = r.id AND g.state = 'Pass' AND g.evidence ->> $1 IS NOT NULL
            """, connection)
        { Parameters = { new() { Value = Evidence } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            runs.Add(reader.GetGuid(0));
            if (!reader.GetBoolean(1)) continue;
            open.Add(reader.GetGuid(0));
            if (!reader.IsDBNull(2)) names.Add(reader.GetString(2));
        }
        names.UnionWith(backups.Where(b => b.Manifest?.Run is { } run && open.Contains(run)).Select(b => b.Name));
        return new RunsBackups(names, runs);
    }
}
