using Godwit.Engine.Runbooks;
using Godwit.Engine.Steps.Backfill;
using Godwit.Engine.Transforms;
using Godwit.Postgres.Backfill;
using Godwit.Postgres.Steps.Sql;

namespace Godwit.Cli.Runbooks;

/// <summary>The kinds of steps and gates that this program has, in the order in which schema and reference list them. A new kind is one line here.</summary>
internal static class Kinds
{
    public static RunbookKinds All { get; } = new(
        steps: [new SqlStepKind(), new BackfillStepKind(new PostgresBackfills(), TransformRegistry.Standard)],
        gates: []);
}
