namespace Godwit.Sqlite.Grammar;

/// <summary>What FROM holds.</summary>
public abstract record TableExpression : Node
{
    private protected TableExpression() { }
}

/// <summary>A table, view or common table; a table-valued function when <see cref="Arguments"/> is set.</summary>
public sealed record TableReference(Name? Schema, Name Table, Name? Alias) : TableExpression
{
    public NodeList<Expression>? Arguments { get; init; }

    /// <summary><c>INDEXED BY name</c>; it changes no result.</summary>
    public Name? IndexedBy { get; init; }

    /// <summary><c>NOT INDEXED</c>; it changes no result.</summary>
    public bool NotIndexed { get; init; }
}

public sealed record SubqueryTable(Select Select, Name? Alias) : TableExpression;

/// <summary>A join in parentheses: <c>(a JOIN b ON …) AS c</c>.</summary>
public sealed record ParenthesisedTable(TableExpression Content, Name? Alias) : TableExpression;

public enum JoinKind
{
    /// <summary><c>a, b</c></summary>
    Comma,
    Inner,
    Cross,
    Left,
    Right,
    Full,
}

/// <param name="Using">Columns of USING; empty without.</param>
public sealed record Join(TableExpression Left, JoinKind Kind, bool Natural, TableExpression Right, Expression? On, NodeList<Name> Using) : TableExpression;
