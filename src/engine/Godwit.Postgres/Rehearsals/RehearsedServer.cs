using Godwit.Engine.Backups;
using Godwit.Engine.Rehearsals;
using Godwit.Model.Findings;
using Godwit.Postgres.Backups;
using Godwit.Postgres.Connections;
using Npgsql;

namespace Godwit.Postgres.Rehearsals;

/// <summary>The server of a copy, made like the one that it stands for: the same role works there, and what it commits is on the disk.</summary>
public static class RehearsedServer
{
    /// <summary>What a scratch server goes without while it restores. https://www.postgresql.org/docs/current/runtime-config-wal.html</summary>
    private static readonly string[] s_durable = ["fsync", "full_page_writes", "synchronous_commit"];

    /// <param name="copy">The copy.</param>
    /// <param name="role">The role that runs work as.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>The copy as that role reaches it, and its URL without the password.</returns>
    /// <exception cref="RehearsalException">The role is not in the backup.</exception>
    public static async Task<(PostgresTarget Target, string Url)> ReachAsync(IScratchCopy copy, string role, CancellationToken cancellation)
    {
        if (copy is not IAdministeredCopy administered) throw new ArgumentException("a copy of another kind", nameof(copy));
        string url;
        await using (var source = (await administered.ReachAsync(cancellation)).OpenSource(new SessionSettings { RunId = "rehearse", Role = "make" }))
        await using (var connection = await source.OpenAsync(cancellation))
        {
            foreach (var setting in s_durable) await ExecuteAsync(connection, $"ALTER SYSTEM SET {setting} = on", cancellation);
            await ExecuteAsync(connection, "SELECT pg_reload_conf()", cancellation);
            await using var look = new NpgsqlCommand("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", connection) { Parameters = { new() { Value = role } } };
            if (await look.ExecuteScalarAsync(cancellation) is not true)
                throw new RehearsalException(FindingCodes.RehearsalNoCopy, $"the role {role}, which runs work as, is not in the backup", "Take a new one: `godwit backup create`.");
            url = await administered.AdmitAsync(role, cancellation);
        }
        var connections = ConnectionEnvironment.Process with { Variable = name => name == "PGPASSFILE" ? copy.PassFile : null };
        var reached = await PostgresTarget.ConnectAsync(PostgresUrl.Parse(url, connections).Url!, connections, cancellation);
        return reached.Target is { } target ? (target, url) : throw new RehearsalException(reached.Findings);
    }

    /// <summary>
    /// Takes away what leads from the copy to other servers: a foreign server is reached with what a user mapping says, and the backup brought those along, passwords too
    /// (https://www.postgresql.org/docs/current/sql-createusermapping.html).
    /// </summary>
    /// <returns>What was taken away.</returns>
    public static async Task<IReadOnlyList<string>> CloseAsync(IScratchCopy copy, CancellationToken cancellation)
    {
        if (copy is not IAdministeredCopy administered) throw new ArgumentException("a copy of another kind", nameof(copy));
        await using var source = (await administered.ReachAsync(cancellation)).OpenSource(new SessionSettings { RunId = "rehearse", Role = "make" });
        await using var connection = await source.OpenAsync(cancellation);
        var mappings = new List<(string Server, string? Role)>();
        await using (var look = new NpgsqlCommand("SELECT srvname, CASE WHEN umuser <> 0 THEN usename END FROM pg_user_mappings ORDER BY 1, 2", connection))
        await using (var reader = await look.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation)) mappings.Add((reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetString(1)));
        }
        foreach (var (server, role) in mappings) await ExecuteAsync(connection, $"DROP USER MAPPING FOR {(role is null ? "PUBLIC" : LogicalRestore.Quote(role))} SERVER {LogicalRestore.Quote(server)}", cancellation);
        return [.. mappings.Select(m => $"the user mapping of {m.Role ?? "PUBLIC"} for the foreign server {m.Server}")];
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
