namespace Godwit.Sqlite.Grammar;

/// <summary>
/// An expression (https://sqlite.org/lang_expr.html). Parentheses leave no node: SQLite gives (x) the affinity and collation of x. The span of
/// a parenthesised expression includes its parentheses.
/// </summary>
public abstract record Expression : Node
{
    private protected Expression() { }
}

/// <summary>A name in an expression: a column, or TRUE, FALSE, or (in double quotes, when nothing has that name) a string.</summary>
public sealed record ColumnReference(Name? Schema, Name? Table, Name Column) : Expression
{
    public ColumnReference(Name column) : this(Schema: null, Table: null, column) { }
}

public enum UnaryOperator
{
    Negate,
    Plus,
    BitNot,
    Not,
}

public sealed record UnaryExpression(UnaryOperator Operator, Expression Operand) : Expression;

/// <summary><c>==</c> is <see cref="Equal"/>; <c>IS NOT DISTINCT FROM</c> is <see cref="Is"/>.</summary>
public enum BinaryOperator
{
    Or,
    And,
    Equal,
    NotEqual,
    Is,
    IsNot,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    BitAnd,
    BitOr,
    ShiftLeft,
    ShiftRight,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Concatenate,

    /// <summary><c>-&gt;</c></summary>
    Extract,

    /// <summary><c>-&gt;&gt;</c></summary>
    ExtractValue,
}

public sealed record BinaryExpression(BinaryOperator Operator, Expression Left, Expression Right) : Expression;

/// <summary><c>IS NULL</c>, <c>ISNULL</c>, and negated <c>IS NOT NULL</c>, <c>NOTNULL</c>, <c>NOT NULL</c>.</summary>
public sealed record NullTest(Expression Operand, bool Negated) : Expression;

public sealed record CollateExpression(Expression Operand, Name Collation) : Expression;

public enum PatternOperator
{
    Like,
    Glob,
    Regexp,
    Match,
}

public sealed record PatternExpression(PatternOperator Operator, Expression Operand, Expression Pattern, Expression? Escape, bool Negated) : Expression;

public sealed record BetweenExpression(Expression Operand, Expression Low, Expression High, bool Negated) : Expression;

public sealed record InListExpression(Expression Operand, NodeList<Expression> Items, bool Negated) : Expression;

public sealed record InSelectExpression(Expression Operand, Select Select, bool Negated) : Expression;

/// <summary><c>x IN table</c>, or <c>x IN function(…)</c> when <see cref="Arguments"/> is set.</summary>
public sealed record InTableExpression(Expression Operand, Name? Schema, Name Table, NodeList<Expression>? Arguments, bool Negated) : Expression;

public sealed record ExistsExpression(Select Select) : Expression;

/// <summary>A query in parentheses, used as a value.</summary>
public sealed record SubqueryExpression(Select Select) : Expression;

public sealed record CaseWhen(Expression When, Expression Then) : Node;

public sealed record CaseExpression(Expression? Operand, NodeList<CaseWhen> Whens, Expression? Else) : Expression;

public sealed record CastExpression(Expression Operand, DeclaredType Type) : Expression;

/// <param name="Star"><c>count(*)</c>.</param>
public sealed record FunctionCall(Name Function, NodeList<Expression> Arguments, bool Distinct = false, bool Star = false, Expression? Filter = null, Window? Over = null) : Expression;

/// <summary>Several values in parentheses.</summary>
public sealed record RowValue(NodeList<Expression> Items) : Expression;

public enum RaiseAction
{
    Ignore,
    Rollback,
    Abort,
    Fail,
}

/// <summary>Allowed by the grammar everywhere, by SQLite in triggers only.</summary>
public sealed record RaiseExpression(RaiseAction Action, string? Message) : Expression;
