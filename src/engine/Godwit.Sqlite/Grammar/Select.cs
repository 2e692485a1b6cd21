namespace Godwit.Sqlite.Grammar;

/// <summary>A whole query: <c>[WITH …] core [UNION core]… [ORDER BY …] [LIMIT …]</c> (https://sqlite.org/lang_select.html).</summary>
public sealed record Select : Node
{
    public With? With { get; init; }

    public required SelectCore First { get; init; }

    /// <summary>The further parts of a compound; SQLite combines them from left to right, all operators alike.</summary>
    public NodeList<CompoundPart> Rest { get; init; } = [];

    public NodeList<OrderingTerm> OrderBy { get; init; } = [];

    public Expression? Limit { get; init; }

    public Expression? Offset { get; init; }
}

public enum CompoundOperator
{
    Union,
    UnionAll,
    Intersect,
    Except,
}

public sealed record CompoundPart(CompoundOperator Operator, SelectCore Core) : Node;

public abstract record SelectCore : Node
{
    private protected SelectCore() { }
}

public sealed record ValuesCore(NodeList<NodeList<Expression>> Rows) : SelectCore;

public sealed record QueryCore : SelectCore
{
    public bool Distinct { get; init; }

    public required NodeList<ResultColumn> Columns { get; init; }

    public TableExpression? From { get; init; }

    public Expression? Where { get; init; }

    public NodeList<Expression> GroupBy { get; init; } = [];

    public Expression? Having { get; init; }

    public NodeList<NamedWindow> Windows { get; init; } = [];
}

public abstract record ResultColumn : Node
{
    private protected ResultColumn() { }
}

/// <summary><c>*</c>, or <c>table.*</c> when <see cref="Table"/> is set.</summary>
public sealed record StarColumn(Name? Table) : ResultColumn;

public sealed record ExpressionColumn(Expression Expression, Name? Alias) : ResultColumn;

public sealed record With(bool Recursive, NodeList<CommonTable> Tables) : Node;

/// <param name="Materialized">True for MATERIALIZED, false for NOT MATERIALIZED, null for neither.</param>
public sealed record CommonTable(Name Name, NodeList<Name> Columns, bool? Materialized, Select Select) : Node;

public enum SortDirection
{
    Unspecified,
    Ascending,
    Descending,
}

public enum NullsPosition
{
    Unspecified,
    First,
    Last,
}

public sealed record OrderingTerm(Expression Expression, SortDirection Direction = SortDirection.Unspecified, NullsPosition Nulls = NullsPosition.Unspecified) : Node;
