using Godwit.Engine.Moves;
using Godwit.Model.Moves;
using Godwit.Model.Names;

namespace Godwit.Postgres.Schema;

/// <summary>
/// The statements that make a plan's schema, in order. Nobody uses the target while a move runs, so nothing is built CONCURRENTLY;
/// keys and indexes come after the copy, where building them is a sort and not a million insertions.
/// </summary>
public static class DdlWriter
{
    /// <summary>Before the first row: the schema, and every table without its keys.</summary>
    public static IReadOnlyList<TargetStep> BeforeCopy(MovePlan plan) =>
    [
        CreateSchema(plan.Schema),
        .. InSight.Of(plan,
        [
            .. ObjectDdl.Of(plan, ObjectStage.BeforeTables, DdlPhase.Before),
            .. plan.Tables.Select(t => TableDdl.Create(plan.Schema, t)),
            .. plan.Tables.Select(t => QuarantineDdl.Create(plan.Schema, t)).OfType<TargetStep>(),
            .. KeyColumnDdl.Note(plan),
            .. ObjectDdl.Of(plan, ObjectStage.AfterTables, DdlPhase.AfterTables),
        ]),
    ];

    /// <summary>After the last row: keys, indexes, checks, foreign keys, sequences, views, statistics.</summary>
    public static IReadOnlyList<TargetStep> AfterCopy(MovePlan plan) =>
    [
        .. InSight.Of(plan,
        [
            .. plan.Tables.SelectMany(t => KeyDdl.Keys(plan.Schema, t)),
            .. plan.Tables.SelectMany(t => KeyDdl.Indexes(plan.Schema, t)),
            .. ObjectDdl.Of(plan, ObjectStage.AfterIndexes, DdlPhase.AfterIndexes),
            .. plan.Tables.SelectMany(t => ConstraintDdl.Checks(plan.Schema, t)),
            .. plan.Tables.SelectMany(t => ConstraintDdl.ForeignKeys(plan.Schema, t)),
            .. plan.Tables.SelectMany(t => ConstraintDdl.Validations(plan.Schema, t)),
            .. plan.Tables.SelectMany(t => SequenceDdl.Set(plan.Schema, t)),
            .. SequenceDdl.Set(plan),
            .. plan.Views.Select(v => CreateView(plan.Schema, v)),
            .. ObjectDdl.Of(plan, ObjectStage.Last, DdlPhase.Last),
        ]),
        .. plan.Tables.Select(t => new TargetStep(
            $"analyze:{t.TargetName}", DdlPhase.Statistics, $"statistics of {t.TargetName}",
            $"ANALYZE {TargetName.Qualify(plan.Schema, t.TargetName)}", t.TargetName)),
    ];

    /// <summary>Everything, in order.</summary>
    public static IReadOnlyList<TargetStep> Write(MovePlan plan) => [.. BeforeCopy(plan), .. AfterCopy(plan)];

    /// <summary>
    /// CREATE SCHEMA IF NOT EXISTS wants the right to create schemas even when there is nothing to create, so existence is asked first.
    /// </summary>
    private static TargetStep CreateSchema(string schema)
    {
        var block = $"""
            BEGIN
              IF NOT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = {TargetName.Literal(schema)}) THEN
                CREATE SCHEMA {TargetName.Quote(schema)};
              END IF;
            END
            """;
        return new TargetStep($"schema:{schema}", DdlPhase.Schema, $"schema {schema}", $"DO {TargetName.Literal(block)}");
    }

    private static TargetStep CreateView(string schema, ViewPlan view)
    {
        var columns = view.ColumnNames.Count == 0 ? "" : $" ({string.Join(", ", view.ColumnNames.Select(TargetName.Quote))})";
        return new TargetStep(
            $"view:{view.TargetName}", DdlPhase.Views, $"view {view.TargetName}",
            $"CREATE VIEW {TargetName.Qualify(schema, view.TargetName)}{columns} AS\n{view.Sql}");
    }
}
