using System.Globalization;
using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Tests.Grammar;

/// <summary>Prints an expression so that parsing gives the same tree: every operand in parentheses, every operator in words.</summary>
internal static class SqlPrinter
{
    public static string Print(Expression expression) => expression switch
    {
        NullLiteral => "NULL",
        IntegerLiteral literal => literal.Value.ToString(CultureInfo.InvariantCulture),
        RealLiteral literal => Real(literal.Value),
        StringLiteral literal => Quote(literal.Value, '\''),
        BlobLiteral literal => $"x'{literal.Hex}'",
        CurrentLiteral literal => $"CURRENT_{literal.Kind}",
        ColumnReference reference => Column(reference),
        UnaryExpression unary => Unary(unary),
        BinaryExpression binary => $"{Operand(binary.Left)} {Operator(binary.Operator)} {Operand(binary.Right)}",
        NullTest test => $"{Operand(test.Operand)} {(test.Negated ? "NOT NULL" : "IS NULL")}",
        CollateExpression collate => $"{Operand(collate.Operand)} COLLATE {Print(collate.Collation)}",
        PatternExpression pattern => Pattern(pattern),
        BetweenExpression between => $"{Operand(between.Operand)} {Not(between.Negated)}BETWEEN {Operand(between.Low)} AND {Operand(between.High)}",
        InListExpression list => $"{Operand(list.Operand)} {Not(list.Negated)}IN ({List(list.Items)})",
        InTableExpression table => $"{Operand(table.Operand)} {Not(table.Negated)}IN {Print(table.Table)}",
        CaseExpression choice => Case(choice),
        CastExpression cast => $"CAST({Print(cast.Operand)} AS {cast.Type})",
        FunctionCall call => Call(call),
        RowValue row => $"({List(row.Items)})",
        _ => throw new ArgumentOutOfRangeException(nameof(expression), expression, message: null),
    };

    private static string Operand(Expression expression) => $"({Print(expression)})";

    private static string Not(bool negated) => negated ? "NOT " : "";

    private static string List(IEnumerable<Expression> items) => string.Join(", ", items.Select(Print));

    private static string Quote(string text, char quote) => quote + text.Replace($"{quote}", $"{quote}{quote}") + quote;

    private static string Real(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().IndexOfAny('.', 'E') >= 0 ? text : text + ".0";
    }

    private static string Print(Name name) => name.Quoting switch
    {
        Quoting.None => name.Text,
        Quoting.Bracket => $"[{name.Text}]",
        Quoting.Double => Quote(name.Text, '"'),
        Quoting.Backtick => Quote(name.Text, '`'),
        _ => Quote(name.Text, '\''),
    };

    private static string Column(ColumnReference reference) =>
        (reference.Schema is { } schema ? Print(schema) + "." : "") + (reference.Table is { } table ? Print(table) + "." : "") + Print(reference.Column);

    private static string Unary(UnaryExpression unary) => unary.Operator switch
    {
        UnaryOperator.Negate => $"-{Operand(unary.Operand)}",
        UnaryOperator.Plus => $"+{Operand(unary.Operand)}",
        UnaryOperator.BitNot => $"~{Operand(unary.Operand)}",
        _ => $"NOT {Operand(unary.Operand)}",
    };

    private static string Operator(BinaryOperator kind) => kind switch
    {
        BinaryOperator.Or => "OR",
        BinaryOperator.And => "AND",
        BinaryOperator.Equal => "=",
        BinaryOperator.NotEqual => "<>",
        BinaryOperator.Is => "IS",
        BinaryOperator.IsNot => "IS NOT",
        BinaryOperator.Less => "<",
        BinaryOperator.LessOrEqual => "<=",
        BinaryOperator.Greater => ">",
        BinaryOperator.GreaterOrEqual => ">=",
        BinaryOperator.BitAnd => "&",
        BinaryOperator.BitOr => "|",
        BinaryOperator.ShiftLeft => "<<",
        BinaryOperator.ShiftRight => ">>",
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Multiply => "*",
        BinaryOperator.Divide => "/",
        BinaryOperator.Modulo => "%",
        BinaryOperator.Concatenate => "||",
        BinaryOperator.Extract => "->",
        _ => "->>",
    };

    private static string Pattern(PatternExpression pattern) =>
        $"{Operand(pattern.Operand)} {Not(pattern.Negated)}{pattern.Operator} {Operand(pattern.Pattern)}"
        + (pattern.Escape is { } escape ? $" ESCAPE {Operand(escape)}" : "");

    private static string Case(CaseExpression choice) =>
        "CASE " + (choice.Operand is { } operand ? Print(operand) + " " : "")
        + string.Concat(choice.Whens.Select(w => $"WHEN {Print(w.When)} THEN {Print(w.Then)} "))
        + (choice.Else is { } otherwise ? $"ELSE {Print(otherwise)} " : "") + "END";

    private static string Call(FunctionCall call) =>
        $"{Print(call.Function)}({(call.Distinct ? "DISTINCT " : "")}{(call.Star ? "*" : List(call.Arguments))})"
        + (call.Filter is { } filter ? $" FILTER (WHERE {Print(filter)})" : "");
}
