using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Schemas;
using Godwit.Sqlite.Translation;

namespace Godwit.Sqlite.Planning;

/// <summary>Views, each after those it reads.</summary>
internal sealed class ViewPlanning(PlanContext context, NamePlanning names)
{
    private const int LongestExcerpt = 100;

    private readonly List<ViewPlan> _plans = [];
    private readonly Dictionary<string, List<SourceTable>> _changed = new(SqliteNames.Comparer);
    private readonly HashSet<string> _refused = new(SqliteNames.Comparer);
    private SchemaScope _scope = new(context.Options.Schema, context.Tables.Select(t => t.RelationForViews));

    public IReadOnlyList<ViewPlan> Plan()
    {
        foreach (var view in DependencyOrder.Of(Parse(), v => v.Source.Name, v => v.Reads)) Plan(view);
        return _plans;
    }

    private List<PendingView> Parse()
    {
        var views = new List<PendingView>();
        foreach (var view in context.Source.Views)
        {
            if (context.Source.IsSpatialite && SpatialiteNames.IsMetadata(view.Name)) continue;
            switch (SqlParser.ParseSchemaStatement(view.Sql))
            {
                case ParseResult.Success { Statement: CreateView syntax }:
                    views.Add(new PendingView(view, syntax, ViewReferences.Of(syntax)));
                    break;
                case ParseResult.Failure failure:
                    Refuse(view, $"it cannot be read at {failure.Error}.", view.Sql);
                    break;
                default:
                    Refuse(view, "its statement is no CREATE VIEW.", view.Sql);
                    break;
            }
        }
        return views;
    }

    private void Plan(PendingView view)
    {
        if (view.Reads.FirstOrDefault(IsLeftOut) is { } leftOut)
        {
            LeaveOut(view.Source, leftOut);
            return;
        }
        if (view.Source.Fault is { } fault)
        {
            Refuse(view.Source, $"SQLite itself cannot run it ({fault}).", view.Source.Sql);
            return;
        }
        if (view.Reads.FirstOrDefault(_refused.Contains) is { } refused)
        {
            Refuse(view.Source, $"it reads {refused}, which is not moved.", view.Source.Sql);
            return;
        }
        if (SpeaksOfRaw(view))
        {
            _refused.Add(view.Source.Name);
            return;
        }
        switch (ViewTranslator.Translate(view.Syntax, view.Source.Sql, _scope, names.Of("view", view.Source.Name), view.Source.Columns))
        {
            case ViewTranslation.Success success:
                var columnNames = FitColumnNames(success.Plan.ColumnNames);
                _plans.Add(success.Plan with { ColumnNames = columnNames });
                _scope = _scope.With(success.Relation with { Columns = [.. success.Relation.Columns.Zip(columnNames, (c, n) => c with { TargetName = n })] });
                break;
            case ViewTranslation.Failure failure:
                Refuse(view.Source, string.Join("; ", failure.Obstacles.Select(o => $"{o.Reason} ({Excerpt(o.SourceText)})").Distinct()), view.Source.Sql);
                break;
        }
    }

    /// <summary>
    /// Whether the view names a column whose values change other than to pass it on: it may compare it. Names are compared as they stand, so that a column of
    /// that name in another table counts too.
    /// </summary>
    private bool SpeaksOfRaw(PendingView view)
    {
        List<SourceTable> changed =
        [
            .. view.Reads.SelectMany(name => context.FindTable(name) is { } table ? [table.Source] : _changed.GetValueOrDefault(name) ?? [])
                .Where(t => t.Columns.Any(c => c is { IsChanged: true, IsNew: false })).Distinct(),
        ];
        _changed[view.Source.Name] = changed;
        if (changed.Count == 0) return false;
        var words = Lexer.Read(view.Source.Sql).Where(t => t.Kind is TokenKind.Word or TokenKind.QuotedName).CountBy(t => t.Text, SqliteNames.Comparer).ToDictionary(SqliteNames.Comparer);
        return changed.Exists(table => TransformRules.Stops(
            context, table, [.. table.Columns.Where(c => c is { IsChanged: true, IsNew: false } && IsCompared(c))], Dependents.Views,
            $"The view {view.Source.Name}", "view", view.Source.Name, view.Source.Sql));

        bool IsCompared(Schemas.SourceColumn column) =>
            words.ContainsKey("natural") || (words.GetValueOrDefault(column.Name) is var named && named > (column.IsLeftOut ? 0 : PassedOn(view.Syntax, column.Name)));
    }

    /// <summary>How often a view's one query gives a column as it is, under its own name.</summary>
    private static int PassedOn(CreateView view, string column)
    {
        if (view is not { Columns.Count: 0, Select: { With: null, Rest.Count: 0, First: QueryCore { Distinct: false, GroupBy.Count: 0 } core } }) return 0;
        return core.Columns.OfType<ExpressionColumn>().Count(c => c is { Alias: null, Expression: ColumnReference reference } && SqliteNames.Same(reference.Column.Text, column));
    }

    /// <summary>A view's columns are named by its list alone, so they follow the same rules as a table's without a change to the query.</summary>
    private List<string> FitColumnNames(IReadOnlyList<string> columnNames)
    {
        var taken = new TargetNames(names.Style);
        return [.. columnNames.Select(name => taken.Derive(name, name))];
    }

    private static string Excerpt(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= LongestExcerpt ? line : line[..LongestExcerpt] + "…";
    }

    /// <summary>Whether the user chose to leave a table behind.</summary>
    private bool IsLeftOut(string name) => context.Options.Tables is not null && context.FindTable(name) is null && context.Source.FindTable(name) is not null;

    private void LeaveOut(SourceView view, string table)
    {
        _refused.Add(view.Name);
        var note = Finding.Note(
            FindingCodes.ViewNotTranslated, $"The view {view.Name} is not moved: it reads {table}, which is not among the tables to move.",
            new Place.InObject("view", view.Name), sourceText: view.Sql);
        context.Findings.Add(note);
        context.Findings.LeaveBehind(note, "view", view.Name);
    }

    private void Refuse(SourceView view, string reason, string text)
    {
        _refused.Add(view.Name);
        _ = context.Findings.AcceptsLoss(
            Finding.Error(FindingCodes.ViewNotTranslated, $"The view {view.Name} cannot be moved: {reason}", new Place.InObject("view", view.Name),
                "Write it by hand after the move.", text),
            "view", view.Name);
    }

    private sealed record PendingView(SourceView Source, CreateView Syntax, IReadOnlySet<string> Reads);
}
