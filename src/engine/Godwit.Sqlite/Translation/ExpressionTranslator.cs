using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Translation;

/// <summary>Brings an expression over the columns of one table to PostgreSQL, or says why it would mean something else there.</summary>
public static class ExpressionTranslator
{
    public static Translation Translate(Expression expression, TypedRelation table, ExpressionPurpose purpose)
    {
        using var folding = new ConstantFolding();
        var writer = new ExpressionWriter(new TableNames(table), folding, immutable: purpose != ExpressionPurpose.Check);
        try
        {
            if (purpose is ExpressionPurpose.Check or ExpressionPurpose.IndexPredicate)
                return new Translation.Success(writer.Condition(expression), Model.Values.TargetType.Boolean);
            var value = writer.Write(expression);
            return purpose == ExpressionPurpose.IndexKey ? KeyOf(writer, value, expression) : Generated(value, expression);
        }
        catch (TranslationFault fault)
        {
            return fault.ToFailure();
        }
    }

    private static Translation.Success KeyOf(ExpressionWriter writer, Value value, Expression expression)
    {
        if (value.IsConstant) throw new TranslationFault("an index over a constant finds nothing", expression.Span);
        var bare = value.IsColumn && expression is ColumnReference or CollateExpression { Operand: ColumnReference };
        // A column's own collation is C already; COLLATE BINARY over another asks for it again.
        if (bare && value.Collation is null && value.Sql.EndsWith('"')) return new Translation.Success(value.Sql, value.Type);
        return new Translation.Success($"({writer.KeyOf(value, expression.Span)})", value.Type);
    }

    private static Translation.Success Generated(Value value, Expression expression)
    {
        if (value.Domain == Domain.Null) throw new TranslationFault("a generated column that is always NULL has no type", expression.Span);
        var written = Output.Of(value);
        return new Translation.Success(written.Sql, written.Type);
    }
}
