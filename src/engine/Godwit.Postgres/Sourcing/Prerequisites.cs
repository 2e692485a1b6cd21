using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Postgres.Verification;
using Npgsql;

namespace Godwit.Postgres.Sourcing;

/// <summary>What tables of a PostgreSQL source need at the target and the move does not make: extensions, and types of other schemas. And functions and types of its own names must not be there yet.</summary>
public static class Prerequisites
{
    public static async Task<IReadOnlyList<Finding>> FindAsync(NpgsqlConnection connection, MovePlan plan, CancellationToken cancellation)
    {
        if (plan.Postgres is not { } source) return [];
        var findings = new List<Finding>();
        foreach (var name in await TargetQuery.ReadAsync(
            connection, "SELECT e FROM unnest($1) e WHERE NOT EXISTS (SELECT FROM pg_extension x WHERE x.extname = e)", r => r.GetString(0), cancellation, (object)source.Extensions.ToArray()))
        {
            findings.Add(Finding.Error(
                FindingCodes.PrerequisiteMissing, $"the target has no extension {name}, which the source's schema uses", new Place.InObject("extension", name),
                $"CREATE EXTENSION \"{name}\" at the target, in the schema where the source has it."));
        }
        foreach (var type in await TargetQuery.ReadAsync(connection, "SELECT t FROM unnest($1) t WHERE to_regtype(t) IS NULL", r => r.GetString(0), cancellation, (object)source.Types.ToArray()))
            findings.Add(Finding.Error(FindingCodes.PrerequisiteMissing, $"the target has no type {type}", new Place.InObject("type", type), "Make it there first, in a schema of the same name: the move makes those of its own schema only."));
        var functions = source.Objects.Where(o => o.Kind is "function" or "procedure").Select(o => o.Name).ToArray();
        foreach (var name in await TargetQuery.ReadAsync(
            connection,
            """
            SELECT format('%I(%s)', p.proname, pg_get_function_identity_arguments(p.oid)) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
            WHERE n.nspname = $1 AND format('%I(%s)', p.proname, pg_get_function_identity_arguments(p.oid)) = ANY ($2)
            """, r => r.GetString(0), cancellation, plan.Schema, functions))
        {
            findings.Add(Finding.Error(
                FindingCodes.TargetNotEmpty, $"The schema {plan.Schema} already has a function of this name", new Place.InObject("function", name), "Move into an empty database or another --schema, or drop what is there"));
        }
        return findings;
    }

    /// <summary>Names of types that the move makes: they stand in the same name space as tables.</summary>
    public static IEnumerable<string> Names(MovePlan plan) => (plan.Postgres?.Objects ?? [])
        .Where(o => (o.IsRelation || o.Kind is "type" or "domain") && o.Table is null).Select(o => o.Name).Concat((plan.Postgres?.Sequences ?? []).Select(s => s.Name));
}
