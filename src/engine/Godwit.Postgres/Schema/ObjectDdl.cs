using Godwit.Engine.Moves;
using Godwit.Model.Moves;

namespace Godwit.Postgres.Schema;

/// <summary>What a PostgreSQL source has besides tables, each by its own statement.</summary>
internal static class ObjectDdl
{
    public static IEnumerable<TargetStep> Of(MovePlan plan, ObjectStage stage, string phase) => (plan.Postgres?.Objects ?? []).Where(o => o.Stage == stage)
        .Select(o => new TargetStep(IdOf(o), phase, $"{o.Kind} {o.Name}", o.Sql, o.Table));

    public static string IdOf(ObjectPlan planned) => $"{planned.Kind}:{(planned.Table is { } table ? $"{table}:" : "")}{planned.Name}";
}
