using Godwit.Engine.Moves;
using Godwit.Model.Moves;
using Godwit.Model.Names;

namespace Godwit.Postgres.Schema;

/// <summary>
/// Statements with definitions of a PostgreSQL source, whose names stand without their schema: carried out with the target's schema in sight, for the
/// transaction at hand only. Bodies of functions are not looked into, since they may name what is made later.
/// </summary>
internal static class InSight
{
    public static IEnumerable<TargetStep> Of(MovePlan plan, IEnumerable<TargetStep> steps) =>
        plan.Postgres is not { } source ? steps : steps.Select(s => s with { Sql = Wrap(source.SearchPath, s.Sql) });

    /// <summary>One statement, whatever stands in it: a driver that cuts texts at semicolons finds none.</summary>
    private static string Wrap(IReadOnlyList<string> path, string sql)
    {
        var block = $"""
            BEGIN
              PERFORM pg_catalog.set_config('search_path', {TargetName.Literal(PathOf(path))}, true), pg_catalog.set_config('check_function_bodies', 'off', true);
              EXECUTE {TargetName.Literal(sql)};
            END
            """;
        return $"DO {TargetName.Literal(block)}";
    }

    public static string PathOf(IEnumerable<string> schemas) => string.Join(", ", schemas.Select(TargetName.Quote));
}
