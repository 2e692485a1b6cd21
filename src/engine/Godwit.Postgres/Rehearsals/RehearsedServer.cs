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

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
