using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Translation;

/// <summary>Walks over an expression; queries inside it are their own world.</summary>
internal static class ExpressionTree
{
    private static readonly HashSet<string> Aggregates = new(StringComparer.OrdinalIgnoreCase) { "count", "sum", "total", "avg", "group_concat", "string_agg" };

    public static IEnumerable<Expression> Children(Expression expression) => expression switch
    {
        UnaryExpression e => [e.Operand],
        BinaryExpression e => [e.Left, e.Right],
        NullTest e => [e.Operand],
        CollateExpression e => [e.Operand],
        PatternExpression e => e.Escape is { } escape ? [e.Operand, e.Pattern, escape] : [e.Operand, e.Pattern],
        BetweenExpression e => [e.Operand, e.Low, e.High],
        InListExpression e => [e.Operand, .. e.Items],
        InSelectExpression e => [e.Operand],
        InTableExpression e => [e.Operand],
        CaseExpression e => [.. Optional(e.Operand), .. e.Whens.SelectMany(w => new[] { w.When, w.Then }), .. Optional(e.Else)],
        CastExpression e => [e.Operand],
        FunctionCall e => [.. e.Arguments, .. Optional(e.Filter)],
        RowValue e => e.Items,
        _ => [],
    };

    /// <summary>min and max of one argument aggregate; of several they do not.</summary>
    public static bool IsAggregate(FunctionCall call) => call.Over is null
        && (Aggregates.Contains(call.Function.Text) || (call.Arguments.Count == 1 && call.Function.Text.ToLowerInvariant() is "min" or "max"));

    public static bool HasAggregate(Expression expression) =>
        (expression is FunctionCall call && IsAggregate(call)) || Children(expression).Any(HasAggregate);

    /// <summary>Names of all columns, as written.</summary>
    public static IEnumerable<string> ColumnsOf(Expression expression) =>
        expression is ColumnReference reference ? [reference.Column.Text] : Children(expression).SelectMany(ColumnsOf);

    private static IEnumerable<Expression> Optional(Expression? expression) => expression is null ? [] : [expression];
}
