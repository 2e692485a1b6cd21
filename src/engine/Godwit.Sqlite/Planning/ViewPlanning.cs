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
    private readonly HashSet<string> _refused = new(SqliteNames.Comparer);
    private SchemaScope _scope = new(context.Options.Schema, context.Tables.Select(t => t.Relation));

    public IReadOnlyList<ViewPlan> Plan()
    {
        var pending = Parse();
        while (pending.Count > 0)
        {
            // Whatever waits for no other view is next; SQLite refuses to make a circle, but lets a view be dropped and made again.
            var index = pending.FindIndex(v => !pending.Exists(other => other != v && v.Reads.Contains(other.Source.Name)));
            var next = pending[Math.Max(index, 0)];
            pending.Remove(next);
            Plan(next);
        }
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
        switch (ViewTranslator.Translate(view.Syntax, view.Source.Sql, _scope, names.Of("view", view.Source.Name), view.Source.Columns))
        {
            case ViewTranslation.Success success:
                _plans.Add(success.Plan);
                _scope = _scope.With(success.Relation);
                break;
            case ViewTranslation.Failure failure:
                Refuse(view.Source, string.Join(" ", failure.Obstacles.Select(o => $"{o.Reason} ({Excerpt(o.SourceText)})").Distinct()), view.Source.Sql);
                break;
        }
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
