using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Translation;

/// <summary>Brings an expression over the columns of one table to PostgreSQL, or says why it would mean something else there.</summary>
public static class ExpressionTranslator
{
    public static Translation Translate(Expression expression, TypedRelation table, ExpressionPurpose purpose) =>
        new Translation.Failure($"{purpose} of {table.SourceName} follows in a later commit", expression.Span);
}
