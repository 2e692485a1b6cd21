using Godwit.Engine.Mapping;
using Godwit.Engine.Moves.Keyed;
using Godwit.Model.Moves;
using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Opening;
using Godwit.Sqlite.Profiling;
using Godwit.Sqlite.Reading;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Planning;

/// <summary>
/// Turns a schema and what its data are like into a plan, or into everything that stands against one. Each concern has a class of its own here;
/// this one knows their order: names, types, columns, keys, then what refers to keys, then views.
/// </summary>
public static class MovePlanner
{
    /// <param name="profiles">By the table's name.</param>
    /// <param name="connection">The source, for questions about rows. Nothing is written.</param>
    /// <exception cref="SqliteException">The source cannot be read.</exception>
    public static PlanResult Plan(
        SourceSchema source, IReadOnlyDictionary<string, TableProfile> profiles, PlanOptions options, SqliteConnection connection)
    {
        var context = new PlanContext(source, options, connection);
        context.Findings.AddRange(MapFileReader.FindUnknownNames(options.Map, table => source.FindTable(table)?.Columns.Select(c => c.Name).ToList()));
        var tables = TableSelection.Select(context);
        var names = new NamePlanning(options.Names, options.Map, context.Findings);
        names.TakeAll(tables, source.Views);
        context.Tables.AddRange(tables.Select(t => TableDrafting.Draft(context, t, names)).OfType<TableDraft>());
        TypePlanning.Plan(context, profiles);
        var foreignKeys = PlanTables(context, names, profiles);
        var quarantine = new QuarantinePlanning(context, TextEncodings.Of(connection));
        if (options.Quarantine) quarantine.Gather([.. context.Tables.Select(t => ToPlan(context, t, profiles[t.Name]))]);
        foreignKeys.FindOrphans(quarantine.RowsOf);
        var views = new ViewPlanning(context, names).Plan();
        TriggerPlanning.Plan(context, name => options.Tables is null || context.FindTable(name) is not null || views.Any(v => SqliteNames.Same(v.SourceName, name)));
        VirtualTablePlanning.Plan(context, name => options.Tables?.Any(t => SqliteNames.Same(t, name)) ?? true);
        var plan = context.Findings.HasErrors ? null : ToPlan(context, profiles, views);
        if (plan is not null) plan = plan with { Tables = quarantine.Apply(plan.Tables, names) };
        if (plan is not null) context.Findings.AddRange(KeyedMoves.Check(plan));
        return new PlanResult(context.Findings.HasErrors ? null : plan, context.Findings.All, context.Findings.NotMoved)
        {
            Choices = [.. context.Tables.Select(t => new TableChoices(t.Name, t.TargetName, profiles[t.Name].Rows, [.. t.Kept.Select(ToPlan)]))],
            TargetNames = [.. context.Tables.Select(t => t.TargetName), .. views.Select(v => v.TargetName)],
        };
    }

    private static ForeignKeyPlanning PlanTables(PlanContext context, NamePlanning names, IReadOnlyDictionary<string, TableProfile> profiles)
    {
        var naming = new ConstraintNaming(names.Relations);
        var keys = new KeyPlanning(context, naming);
        foreach (var table in context.Tables)
        {
            table.Rows = profiles[table.Name].Rows;
            SizePlanning.Plan(context, table, profiles[table.Name]);
            NotNullPlanning.Plan(context, table);
            GeneratedPlanning.Plan(context, table);
            DefaultPlanning.Plan(context, table);
            keys.Plan(table);
            naming.TakeImplied(table);
        }
        var indexes = new IndexPlanning(context, names, keys, naming);
        var checks = new CheckPlanning(context, naming);
        foreach (var table in context.Tables)
        {
            CollationPlanning.Plan(context, table);
            indexes.Plan(table);
            checks.Plan(table);
        }
        var foreignKeys = new ForeignKeyPlanning(context, naming);
        foreach (var table in context.Tables) foreignKeys.Plan(table);
        return foreignKeys;
    }

    private static MovePlan ToPlan(PlanContext context, IReadOnlyDictionary<string, TableProfile> profiles, IReadOnlyList<ViewPlan> views) => new()
    {
        Schema = context.Options.Schema,
        Tables = [.. DependencyOrder.Of(context.Tables, t => t.Name, t => t.Source.ForeignKeys.Select(k => k.Parent)).Select(t => ToPlan(context, t, profiles[t.Name]))],
        Views = views,
        NotMoved = context.Findings.NotMoved,
        LeftOut = [.. context.Source.Tables.Where(t => context.FindTable(t.Name) is null).Select(t => t.Name)],
        SourceSchemaHash = context.Source.Hash,
    };

    private static TablePlan ToPlan(PlanContext context, TableDraft table, TableProfile profile) => new()
    {
        SourceName = table.Name,
        TargetName = table.TargetName,
        Columns = [.. table.Kept.Select(ToPlan)],
        HasRowId = table.Source.RowIdName is not null,
        RowIdColumn = table.Source.RowIdAlias is { } alias ? table.Places[alias] : null,
        KeyColumns = Placed(table, table.Source.PrimaryKey),
        KeyOrder = RowOrder.Of(table.Source),
        PrimaryKey = table.PrimaryKey is { } key ? key with { Columns = Placed(table, key.Columns) } : null,
        Uniques = [.. table.Uniques.Select(u => u with { Columns = Placed(table, u.Columns) })],
        Indexes = table.Indexes,
        Checks = table.Checks,
        ForeignKeys = [.. table.ForeignKeys.Select(k => k with { Columns = Placed(table, k.Columns) })],
        SequenceLast = SequencePlanning.Last(context, table),
        SequenceName = table.SequenceName,
        Rows = profile.Rows,
        Bytes = profile.Bytes,
        Ranges = profile.Ranges,
        LeftOutColumns = table.Kept.Count == table.Columns.Count ? null : [.. table.Columns.Where(c => c.Source.IsLeftOut).Select(c => c.Source.Name)],
    };

    private static IReadOnlyList<int> Placed(TableDraft table, IReadOnlyList<int> columns) =>
        table.Kept.Count == table.Columns.Count ? columns : [.. columns.Select(c => table.Places[c])];

    private static ColumnPlan ToPlan(ColumnDraft column) => new()
    {
        SourceName = column.Source.Name,
        TargetName = column.TargetName,
        DeclaredType = column.Source.DeclaredType,
        Affinity = column.Affinity,
        Type = column.Type,
        Mapping = column.Mapping,
        Reason = column.Reason,
        NotNull = column.NotNull,
        Identity = column.Identity,
        DefaultSql = column.DefaultSql,
        GeneratedSql = column.GeneratedSql,
        Collation = column.Collation,
        Transform = column.Source.Transform,
    };
}
