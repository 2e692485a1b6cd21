using Godwit.Model.Findings;
using Godwit.Model.Values;

namespace Godwit.Model.Moves;

/// <summary>
/// A move resolved: every table, column, key and view of the target, and how each value gets there. It is stored with the run as it was when
/// the run began; a resumed run follows it and plans nothing anew.
/// </summary>
public sealed record MovePlan
{
    /// <summary>The schema of the target.</summary>
    public required string Schema { get; init; }

    /// <summary>Tables in the order in which foreign keys allow them to be read (parents first where there is no cycle).</summary>
    public required IReadOnlyList<TablePlan> Tables { get; init; }

    /// <summary>Views in an order in which each is made after those it reads.</summary>
    public required IReadOnlyList<ViewPlan> Views { get; init; }

    /// <summary>What is not moved, each with its source text: the content of not-moved.sql.</summary>
    public required IReadOnlyList<NotMoved> NotMoved { get; init; }

    /// <summary>Tables of the source that the user left out (<c>--tables</c>), by their names there. Null in a plan of a version that did not say.</summary>
    public IReadOnlyList<string>? LeftOut { get; init; }

    /// <summary>SHA-256 over the source's schema statements, lower-case hexadecimal.</summary>
    public required string SourceSchemaHash { get; init; }

    /// <summary>What there is besides tables and views where the source is PostgreSQL too; null where it is not.</summary>
    public PostgresPlan? Postgres { get; init; }
}

public sealed record TablePlan
{
    public required string SourceName { get; init; }

    public required string TargetName { get; init; }

    public required IReadOnlyList<ColumnPlan> Columns { get; init; }

    /// <summary>Whether SQLite keeps a rowid for the table (it is then read and cut into ranges by it).</summary>
    public required bool HasRowId { get; init; }

    /// <summary>Index in <see cref="Columns"/> of the column that is the rowid's alias (INTEGER PRIMARY KEY); verification's ranges are then ranges of it.</summary>
    public int? RowIdColumn { get; init; }

    /// <summary>Indexes in <see cref="Columns"/> of the source's primary key, in key order; empty when it has none.</summary>
    public required IReadOnlyList<int> KeyColumns { get; init; }

    /// <summary>
    /// How the source keeps each of <see cref="KeyColumns"/> in order: rows of a table without rowid are numbered so. Empty with a rowid, and where every
    /// column is kept ascending by its own collation.
    /// </summary>
    public IReadOnlyList<KeyOrder> KeyOrder { get; init; } = [];

    public KeyPlan? PrimaryKey { get; init; }

    public required IReadOnlyList<KeyPlan> Uniques { get; init; }

    public required IReadOnlyList<IndexPlan> Indexes { get; init; }

    public required IReadOnlyList<CheckPlan> Checks { get; init; }

    public required IReadOnlyList<ForeignKeyPlan> ForeignKeys { get; init; }

    /// <summary>Where the identity column's sequence must go on from: the next value is this plus one. Null without an identity column.</summary>
    public long? SequenceLast { get; init; }

    /// <summary>Name of the identity column's sequence; null leaves it to PostgreSQL, which may take one that a later table needs.</summary>
    public string? SequenceName { get; init; }

    /// <summary>Set when rows of this table go to quarantine.</summary>
    public QuarantinePlan? Quarantine { get; init; }

    /// <summary>Rows that the profile counted, those in quarantine included.</summary>
    public required long Rows { get; init; }

    /// <summary>Bytes of values that the profile counted.</summary>
    public required long Bytes { get; init; }

    /// <summary>Columns of the source that the user left out, by their names there. Null where none is.</summary>
    public IReadOnlyList<string>? LeftOutColumns { get; init; }

    /// <summary>What follows the columns in CREATE TABLE (<c>PARTITION BY …</c>, <c>WITH (…)</c>), word for word. Null where nothing does.</summary>
    public string? Definition { get; init; }

    /// <summary>A partitioned table: it has no rows of its own, and no ranges; its partitions are tables of the plan.</summary>
    public bool Partitioned { get; init; }

    /// <summary>Exclusion constraints; their columns are not told apart.</summary>
    public IReadOnlyList<KeyPlan>? Exclusions { get; init; }

    /// <summary>The copy's ranges of rowid: adjacent, ascending, the first open below and the last above. One range, open at both ends, for a table without rowid.</summary>
    public required IReadOnlyList<RowIdRange> Ranges { get; init; }
}

/// <summary>
/// Where a table's misfits go, whole and raw: row number, reason, storage classes, and the bytes of each value. A row goes there when a value of one of
/// <see cref="Columns"/> does not fit its mapping, or when it is one of <see cref="Followers"/>.
/// </summary>
/// <param name="TargetName">The quarantine table's name.</param>
/// <param name="Columns">Indexes of the columns in which the profile saw misfits.</param>
/// <param name="Followers">Row numbers of rows that point at a quarantined row, ascending.</param>
public sealed record QuarantinePlan(string TargetName, IReadOnlyList<int> Columns, IReadOnlyList<long> Followers)
{
    /// <summary>The source's columns, where they are not the table's: quarantine keeps what was there before any transform. Null where they are the same.</summary>
    public IReadOnlyList<QuarantineColumn>? Raw { get; init; }
}

/// <summary>A column of a quarantine table whose rows are kept as they were before the transforms of their table.</summary>
public sealed record QuarantineColumn(string SourceName, string TargetName);

/// <param name="Collation">The collation that orders this part of the key.</param>
public sealed record KeyOrder(bool Descending, string Collation);

/// <summary>Rowids r with <c>After &lt; r &lt;= UpTo</c>; null means open.</summary>
public sealed record RowIdRange(long? After, long? UpTo);

public sealed record ColumnPlan
{
    public required string SourceName { get; init; }

    public required string TargetName { get; init; }

    /// <summary>The type as the source's CREATE TABLE has it; empty when it has none.</summary>
    public required string DeclaredType { get; init; }

    public required Affinity Affinity { get; init; }

    public required TargetType Type { get; init; }

    public required ValueMapping Mapping { get; init; }

    /// <summary>Why this type: one clause for a person to read.</summary>
    public required string Reason { get; init; }

    public bool NotNull { get; init; }

    /// <summary>GENERATED BY DEFAULT AS IDENTITY.</summary>
    public bool Identity { get; init; }

    /// <summary>PostgreSQL's expression for DEFAULT.</summary>
    public string? DefaultSql { get; init; }

    /// <summary>PostgreSQL's expression for GENERATED ALWAYS AS (…) STORED: the column is then computed by the target, not copied, but verified.</summary>
    public string? GeneratedSql { get; init; }

    /// <summary>The collation's name for a text column (<c>C</c>), or null for the database's own.</summary>
    public string? Collation { get; init; }

    /// <summary>What follows name and type in CREATE TABLE, word for word, in place of all of the above; empty for nothing. Null where it follows from them.</summary>
    public string? Definition { get; init; }

    /// <summary>
    /// Both sides are compared by the values' text: in the image are numbers of types, which are others in each database (arrays and composites of types that
    /// are not PostgreSQL's own).
    /// </summary>
    public bool ComparedAsText { get; init; }

    /// <summary>What makes the values. <see cref="Mapping"/> is then of what it gives, and <see cref="SourceName"/> may be of no column of the source. Null where they go over as they are.</summary>
    public ColumnTransform? Transform { get; init; }
}

/// <summary>A primary key or unique constraint, or, where a column compares without case or trailing spaces, a unique index over <see cref="Expressions"/>.</summary>
public sealed record KeyPlan(string Name, IReadOnlyList<int> Columns)
{
    /// <summary>When set, one SQL expression for each key part, and the key is a unique index.</summary>
    public IReadOnlyList<string>? Expressions { get; init; }

    /// <summary>The constraint, word for word, without its name (<c>UNIQUE NULLS NOT DISTINCT (a) DEFERRABLE</c>). Null where it follows from the columns.</summary>
    public string? Definition { get; init; }
}

/// <param name="Name">Name of the index at the target.</param>
/// <param name="KeySql">The parts between the parentheses, rendered.</param>
/// <param name="WhereSql">A partial index's predicate.</param>
public sealed record IndexPlan(string Name, bool Unique, string KeySql, string? WhereSql)
{
    /// <summary>What follows the table's name in CREATE INDEX, word for word (<c>USING gin (…) WHERE …</c>). Null where it follows from the key.</summary>
    public string? Definition { get; init; }

    /// <summary>The key's parts as expressions, where <see cref="Definition"/> is set.</summary>
    public IReadOnlyList<string>? Parts { get; init; }
}

public sealed record CheckPlan(string Name, string Sql)
{
    /// <summary>The constraint, word for word, without its name (<c>CHECK (a > 0) NO INHERIT</c>). Null where it is <c>CHECK (Sql)</c>.</summary>
    public string? Definition { get; init; }
}

public sealed record ForeignKeyPlan
{
    public required string Name { get; init; }

    /// <summary>Indexes in the child's <see cref="TablePlan.Columns"/>.</summary>
    public required IReadOnlyList<int> Columns { get; init; }

    /// <summary>The parent's name at the target.</summary>
    public required string Parent { get; init; }

    /// <summary>The parent's columns by their names at the target.</summary>
    public required IReadOnlyList<string> ParentColumns { get; init; }

    /// <summary><c>NO ACTION</c>, <c>RESTRICT</c>, <c>CASCADE</c>, <c>SET NULL</c>, <c>SET DEFAULT</c>.</summary>
    public string OnDelete { get; init; } = "NO ACTION";

    public string OnUpdate { get; init; } = "NO ACTION";

    /// <summary>DEFERRABLE INITIALLY DEFERRED.</summary>
    public bool InitiallyDeferred { get; init; }

    /// <summary>What follows the parent's name, word for word (<c>(id) MATCH FULL ON DELETE CASCADE</c>), in place of the actions. Null where it follows from them.</summary>
    public string? Definition { get; init; }

    /// <summary>The operator that compares each column with the parent's; null for <c>=</c> everywhere.</summary>
    public IReadOnlyList<string>? Operators { get; init; }

    /// <summary>False when orphans were accepted: the key stays NOT VALID.</summary>
    public bool Validate { get; init; } = true;
}

/// <param name="Sql">PostgreSQL's query, without CREATE VIEW.</param>
public sealed record ViewPlan(string SourceName, string TargetName, IReadOnlyList<string> ColumnNames, string Sql);

/// <param name="Kind"><c>trigger</c>, <c>view</c>, <c>virtual table</c>, <c>default</c>, …</param>
/// <param name="Reason">Why, and what to use instead.</param>
public sealed record NotMoved(string Kind, string Name, string Reason, string SourceText, FindingCode Code);
