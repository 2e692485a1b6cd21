namespace Godwit.Sqlite.Grammar;

/// <summary>https://sqlite.org/lang_createtable.html</summary>
public sealed record CreateTable : SchemaStatement
{
    public required NodeList<ColumnDefinition> Columns { get; init; }

    public NodeList<TableConstraint> Constraints { get; init; } = [];

    public bool WithoutRowId { get; init; }

    public bool Strict { get; init; }
}

/// <param name="Type">Null for a column without type.</param>
public sealed record ColumnDefinition(Name Name, DeclaredType? Type, NodeList<ColumnConstraint> Constraints) : Node;

public enum ConflictAction
{
    Rollback,
    Abort,
    Fail,
    Ignore,
    Replace,
}

public abstract record ColumnConstraint : Node
{
    private protected ColumnConstraint() { }

    /// <summary>After CONSTRAINT.</summary>
    public Name? Name { get; init; }
}

public sealed record ColumnPrimaryKey(SortDirection Direction, ConflictAction? OnConflict, bool AutoIncrement) : ColumnConstraint;

public sealed record ColumnNotNull(ConflictAction? OnConflict) : ColumnConstraint;

/// <summary>A bare NULL: allowed, without meaning.</summary>
public sealed record ColumnNull(ConflictAction? OnConflict) : ColumnConstraint;

public sealed record ColumnUnique(ConflictAction? OnConflict) : ColumnConstraint;

public sealed record ColumnCheck(Expression Condition) : ColumnConstraint;

/// <summary>
/// DEFAULT. A bare word or a name in double quotes is a <see cref="StringLiteral"/>, bare TRUE and FALSE are integers, as SQLite takes them; a sign
/// before a literal is a <see cref="UnaryExpression"/>.
/// </summary>
/// <param name="Parenthesised"><c>DEFAULT (expression)</c></param>
public sealed record ColumnDefault(Expression Value, bool Parenthesised) : ColumnConstraint;

public sealed record ColumnCollate(Name Collation) : ColumnConstraint;

public sealed record ColumnReferences(ForeignKeyClause Clause) : ColumnConstraint;

/// <param name="Stored">False for VIRTUAL, which is also what SQLite takes when neither is written.</param>
public sealed record ColumnGenerated(Expression Expression, bool Stored) : ColumnConstraint;

public abstract record TableConstraint : Node
{
    private protected TableConstraint() { }

    /// <summary>After CONSTRAINT.</summary>
    public Name? Name { get; init; }
}

public sealed record TablePrimaryKey(NodeList<IndexedColumn> Columns, ConflictAction? OnConflict, bool AutoIncrement) : TableConstraint;

public sealed record TableUnique(NodeList<IndexedColumn> Columns, ConflictAction? OnConflict) : TableConstraint;

public sealed record TableCheck(Expression Condition, ConflictAction? OnConflict) : TableConstraint;

public sealed record TableForeignKey(NodeList<Name> Columns, ForeignKeyClause Clause) : TableConstraint;

public enum ReferentialAction
{
    NoAction,
    Restrict,
    SetNull,
    SetDefault,
    Cascade,
}

/// <summary><c>REFERENCES …</c> (https://sqlite.org/foreignkeys.html).</summary>
/// <param name="Columns">The parent's columns; empty when its primary key is meant.</param>
public sealed record ForeignKeyClause(Name Table, NodeList<Name> Columns) : Node
{
    public ReferentialAction? OnDelete { get; init; }

    public ReferentialAction? OnUpdate { get; init; }

    /// <summary>After MATCH; parsed, and ignored by SQLite.</summary>
    public Name? Match { get; init; }

    /// <summary>True for DEFERRABLE, false for NOT DEFERRABLE, null when nothing is written.</summary>
    public bool? Deferrable { get; init; }

    /// <summary>True for INITIALLY DEFERRED, false for INITIALLY IMMEDIATE, null when nothing is written.</summary>
    public bool? InitiallyDeferred { get; init; }

    /// <summary>Whether SQLite checks the key at commit: only DEFERRABLE INITIALLY DEFERRED does that.</summary>
    public bool IsDeferred => Deferrable == true && InitiallyDeferred == true;
}
