using Godwit.Model.Moves;
using Npgsql;

namespace Godwit.Postgres.Reading;

/// <summary>Whether a target holds anything of a plan at all: a schema where nothing was moved is not a move that went wrong.</summary>
public static class MovedTables
{
    public static async Task<bool> AnyAsync(NpgsqlConnection connection, MovePlan plan, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                           WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND c.relname = ANY ($2))
            """, connection)
        { Parameters = { new() { Value = plan.Schema }, new() { Value = plan.Tables.Select(t => t.TargetName).ToArray() } } };
        return await command.ExecuteScalarAsync(cancellation) is true;
    }
}
