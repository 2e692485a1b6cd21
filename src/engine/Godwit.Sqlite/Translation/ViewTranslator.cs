using Godwit.Model.Moves;
using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Translation;

/// <summary>Brings a view to PostgreSQL, or lists everything in it that would mean something else there.</summary>
public static class ViewTranslator
{
    /// <param name="view">The parsed statement.</param>
    /// <param name="statement">The text it was parsed from, to quote from.</param>
    /// <param name="scope">Tables and views translated so far.</param>
    /// <param name="targetName">The view's name at the target.</param>
    /// <param name="columnNames">The names SQLite gives the view's columns (PRAGMA table_xinfo), when known.</param>
    public static ViewTranslation Translate(CreateView view, string statement, SchemaScope scope, string targetName, IReadOnlyList<string>? columnNames = null)
    {
        using var folding = new ConstantFolding();
        var writer = new SelectWriter(scope, folding, statement);
        var names = columnNames ?? (view.Columns.Count > 0 ? [.. view.Columns.Select(c => c.Text)] : null);
        WrittenQuery? written = null;
        try
        {
            written = writer.WriteSelect(view.Select, new NoNames(), names);
        }
        catch (TranslationFault fault)
        {
            writer.Obstacles.Add(new ViewObstacle(fault.Message, fault.Span.Of(statement)));
        }
        if (written is null || writer.Obstacles.Count > 0) return new ViewTranslation.Failure(writer.Obstacles);
        if (names is not null && names.Count != written.Columns.Count)
            return new ViewTranslation.Failure([new ViewObstacle($"SQLite gives the view {names.Count} columns and its query has {written.Columns.Count}", view.Span.Of(statement))]);
        var plan = new ViewPlan(view.Name.Text, targetName, [.. written.Columns.Select(c => c.TargetName)], written.Sql);
        return new ViewTranslation.Success(plan, new TypedRelation(view.Name.Text, targetName, written.Columns));
    }
}
