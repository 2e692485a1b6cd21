namespace Godwit.Sqlite.Grammar;

/// <summary>A statement as sqlite_schema holds it (https://sqlite.org/schematab.html).</summary>
public abstract record SchemaStatement : Node
{
    private protected SchemaStatement() { }

    public bool Temporary { get; init; }

    public bool IfNotExists { get; init; }

    public Name? Schema { get; init; }

    public required Name Name { get; init; }
}

/// <summary>https://sqlite.org/lang_createindex.html</summary>
public sealed record CreateIndex : SchemaStatement
{
    public bool Unique { get; init; }

    public required Name Table { get; init; }

    public required NodeList<IndexedColumn> Columns { get; init; }

    public Expression? Where { get; init; }
}

/// <summary>A part of an index or key: a column or an expression, perhaps inside a <see cref="CollateExpression"/>.</summary>
public sealed record IndexedColumn(Expression Expression, SortDirection Direction = SortDirection.Unspecified, NullsPosition Nulls = NullsPosition.Unspecified) : Node
{
    /// <summary>The column's name when the part is a bare column, with or without COLLATE.</summary>
    public Name? Column => Inner is ColumnReference { Table: null } reference ? reference.Column : null;

    /// <summary>The collation that the part names itself.</summary>
    public Name? Collation => Expression is CollateExpression collate ? collate.Collation : null;

    private Expression Inner => Expression is CollateExpression collate ? collate.Operand : Expression;
}

/// <summary>https://sqlite.org/lang_createview.html</summary>
public sealed record CreateView : SchemaStatement
{
    /// <summary>The names after the view's name; empty when it takes those of the query.</summary>
    public NodeList<Name> Columns { get; init; } = [];

    public required Select Select { get; init; }
}

public enum TriggerTiming
{
    /// <summary>Nothing written: before.</summary>
    Unspecified,
    Before,
    After,
    InsteadOf,
}

public enum TriggerEvent
{
    Delete,
    Insert,
    Update,
}

/// <summary>The header of a trigger; the body stays text (https://sqlite.org/lang_createtrigger.html).</summary>
public sealed record CreateTrigger : SchemaStatement
{
    public TriggerTiming Timing { get; init; }

    public required TriggerEvent Event { get; init; }

    /// <summary>UPDATE OF these columns.</summary>
    public NodeList<Name> UpdateOf { get; init; } = [];

    public required Name Table { get; init; }

    public Expression? When { get; init; }

    /// <summary>From BEGIN to END, word for word.</summary>
    public required string Body { get; init; }
}

/// <summary>https://sqlite.org/lang_createvtab.html</summary>
/// <remarks><see cref="Arguments"/> is the text between the module's parentheses, word for word; null without parentheses.</remarks>
public sealed record CreateVirtualTable : SchemaStatement
{
    public required Name Module { get; init; }

    public string? Arguments { get; init; }
}
