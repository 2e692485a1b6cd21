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
    public static ViewTranslation Translate(CreateView view, string statement, SchemaScope scope, string targetName, IReadOnlyList<string>? columnNames = null) =>
        new ViewTranslation.Failure([new ViewObstacle($"{targetName} follows in a later commit ({scope.TargetSchema}, {columnNames?.Count})", view.Span.Of(statement))]);
}
