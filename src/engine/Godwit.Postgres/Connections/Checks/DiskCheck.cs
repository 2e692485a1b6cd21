using Godwit.Model.Findings;
using Npgsql;

namespace Godwit.Postgres.Connections.Checks;

/// <summary>Room for the data, where that can be seen: SQL does not tell, so only when the server's files are on this machine.</summary>
internal sealed class DiskCheck : ITargetCheck
{
    // Without pg_read_all_settings the data folder is simply not among the rows.
    private const string Sql =
        """
        SELECT pg_catalog.pg_backend_pid(),
               COALESCE(NULLIF(pg_catalog.pg_tablespace_location(d.dattablespace), ''),
                        (SELECT s.setting FROM pg_catalog.pg_settings s WHERE s.name = 'data_directory'))
        FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()
        """;

    public async Task<IReadOnlyList<Finding>> RunAsync(NpgsqlConnection connection, TargetDemands demands, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var folder = await reader.IsDBNullAsync(1, cancellationToken) ? null : reader.GetString(1);
        if (folder is null || !IsOnThisMachine(reader.GetInt32(0)) || FreeBytes(folder) is not { } free)
        {
            return [Finding.Note(
                FindingCodes.ShortOfDisk, $"The target's free disk cannot be seen from here; the move needs about {Size(demands.NeededBytes)}")];
        }

        return free >= demands.NeededBytes
            ? []
            : [Finding.Error(
                FindingCodes.ShortOfDisk,
                $"The target's disk has {Size(free)} free, and the move needs about {Size(demands.NeededBytes)}",
                remedy: $"Make room on the file system of {folder}")];
    }

    // A loopback address may be a tunnel's end; the backend's process is the server's, or nobody's.
    private static bool IsOnThisMachine(int backend)
    {
        try
        {
            return File.ReadAllText($"/proc/{backend}/cmdline").StartsWith("postgres:", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static long? FreeBytes(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static string Size(long bytes) => bytes switch
    {
        >= 1L << 30 => $"{bytes / (double)(1L << 30):0.0} GiB",
        >= 1L << 20 => $"{bytes / (double)(1L << 20):0.0} MiB",
        _ => $"{bytes / 1024} KiB",
    };
}
