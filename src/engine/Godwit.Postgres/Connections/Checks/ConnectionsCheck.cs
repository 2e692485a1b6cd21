using Godwit.Model.Findings;
using Npgsql;

namespace Godwit.Postgres.Connections.Checks;

/// <summary>Room for the sessions of the move beside those of others.</summary>
internal sealed class ConnectionsCheck : ITargetCheck
{
    // reserved_connections came with PostgreSQL 16. A limit of -1 is none.
    private const string Sql =
        """
        SELECT LEAST(
            pg_catalog.current_setting('max_connections')::int8
                - pg_catalog.current_setting('superuser_reserved_connections')::int8
                - COALESCE(pg_catalog.current_setting('reserved_connections', true), '0')::int8
                - (SELECT SUM(numbackends) FROM pg_catalog.pg_stat_database)::int8,
            (SELECT CASE WHEN d.datconnlimit < 0 THEN NULL ELSE d.datconnlimit - s.numbackends END::int8
             FROM pg_catalog.pg_database d JOIN pg_catalog.pg_stat_database s ON s.datid = d.oid WHERE d.datname = pg_catalog.current_database()),
            (SELECT CASE WHEN r.rolconnlimit < 0 THEN NULL
                         ELSE r.rolconnlimit - (SELECT COUNT(*) FROM pg_catalog.pg_stat_activity a WHERE a.usesysid = r.oid) END::int8
             FROM pg_catalog.pg_roles r WHERE r.rolname = session_user))
        """;

    public async Task<IReadOnlyList<Finding>> RunAsync(NpgsqlConnection connection, TargetDemands demands, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Sql, connection);
        // The session that asks is one of those needed.
        var free = (long)(await command.ExecuteScalarAsync(cancellationToken))! + 1;
        return free >= demands.Connections
            ? []
            : [Finding.Warning(
                FindingCodes.TargetUnreachable,
                $"The server has room for {Math.Max(free, 0)} sessions of this user, and the move would open {demands.Connections}",
                remedy: "Use fewer with --jobs, or raise max_connections")];
    }
}
