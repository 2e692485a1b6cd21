using Godwit.Model.Moves;

namespace Godwit.Postgres.Sourcing.Catalog;

/// <summary>
/// What a schema holds, as its own server prints it with nothing else in sight: names of the schema stand without it, so that the text of one schema's definition
/// is also that of its like in another.
/// </summary>
internal sealed record SchemaCatalog
{
    public required string Schema { get; init; }

    public required Quoting Quoting { get; init; }

    public required IReadOnlyList<CatalogTable> Tables { get; init; }

    public required IReadOnlyList<CatalogConstraint> Constraints { get; init; }

    public required IReadOnlyList<CatalogIndex> Indexes { get; init; }

    public required IReadOnlyList<CatalogSequence> Sequences { get; init; }

    /// <summary>Types, functions, views and the like: whatever is made by one statement.</summary>
    public required IReadOnlyList<CatalogItem> Items { get; init; }

    public required IReadOnlyList<CatalogTrigger> Triggers { get; init; }

    public required IReadOnlyList<CatalogComment> Comments { get; init; }

    /// <summary>Whatever else stands in the schema or on its tables, and is moved by no statement.</summary>
    public required IReadOnlyList<CatalogRest> Rest { get; init; }

    /// <summary>Extensions that something of the schema uses; what one that stands in the schema makes is named without it too.</summary>
    public required IReadOnlyList<(string Name, bool StandsHere)> Extensions { get; init; }

    public required CatalogTypes Types { get; init; }

    public required CatalogNeeds Needs { get; init; }

    /// <summary>A table as somebody wrote its name: exactly, or in other cases where only one can be meant. Null for none.</summary>
    public CatalogTable? FindTable(string name) =>
        Tables.FirstOrDefault(t => t.Name == name) ?? (Tables.Where(t => t.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).ToList() is [var only] ? only : null);
}

/// <param name="Kind">pg_class.relkind: r, p or f.</param>
/// <param name="Persistence">pg_class.relpersistence.</param>
/// <param name="Filtered">Whether row security hides rows from this role.</param>
/// <param name="PartitionKey">PARTITION BY's text.</param>
/// <param name="Bound">FOR VALUES …, of a partition.</param>
/// <param name="Parents">What it inherits from, or is a partition of.</param>
/// <param name="Extension">Whether an extension made it.</param>
/// <param name="HasPrivileges">Whether anybody but its owner was granted or denied something.</param>
/// <param name="Elsewhere">Its partitions, or tables that inherit from it, in other schemas.</param>
internal sealed record CatalogTable(
    long Id, string Name, string Kind, string Persistence, bool IsPartition, bool HasPolicies, bool Filtered, bool Readable, bool IsTyped, long Bytes,
    string? PartitionKey, string? Bound, long[] Parents, string? Options, bool Extension, string? AccessMethod, bool HasPrivileges, string[] Elsewhere)
{
    public IReadOnlyList<CatalogColumn> Columns { get; init; } = [];

    /// <summary>Columns that the move leaves out, and that are no longer among the others.</summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];

    public bool IsPartitioned => Kind == "p";
}

/// <param name="TypeText">format_type.</param>
/// <param name="Identity">pg_attribute.attidentity, empty for none; likewise <paramref name="Generated"/>.</param>
/// <param name="Expression">Of the default, or of the generation.</param>
/// <param name="CollationSchema">Where it differs from its type's.</param>
internal sealed record CatalogColumn(
    long Table, int Number, string Name, long Type, string TypeText, bool NotNull, string Identity, string Generated, string? Expression, string? CollationSchema, string? CollationName)
{
    /// <summary>What makes its values on the way (ColumnReshaping); null as the database has it.</summary>
    public ColumnTransform? Transform { get; init; }

    /// <summary>The types of what it is made of.</summary>
    public IReadOnlyList<string> Inputs { get; init; } = [];
}

/// <param name="Kind">pg_constraint.contype: p, u, x, c or f.</param>
/// <param name="Columns">Their numbers.</param>
/// <param name="Index">The index behind it; 0 for none.</param>
/// <param name="Inherited">It stands here because it stands at the parent.</param>
/// <param name="Parent">The table that a foreign key points at; 0 for none.</param>
/// <param name="ParentText">The same as the definition prints it.</param>
/// <param name="Operators">What a foreign key compares with.</param>
/// <param name="Enforced">No trigger behind it is disabled.</param>
internal sealed record CatalogConstraint(
    long Table, string Name, string Kind, string Definition, bool Validated, int[] Columns, long Index, bool Inherited, bool HasParentConstraint, long Parent, string? ParentText,
    string[] ParentColumns, string[] Operators, bool Enforced);

/// <param name="Definition">The whole CREATE INDEX.</param>
/// <param name="TableText">The table as the definition prints it.</param>
/// <param name="Constraint">Whether a constraint makes it.</param>
/// <param name="ParentIndex">The index of the partitioned table that it is a part of; 0 for none.</param>
/// <param name="Parts">The key's parts as expressions.</param>
internal sealed record CatalogIndex(
    long Table, long Id, string Name, bool Unique, string Definition, string TableText, bool Constraint, bool Valid, long ParentIndex, string[] Parts, string? Where);

/// <param name="OwnerTable">The table whose column it belongs to; 0 for none.</param>
/// <param name="OwnerKind">pg_depend.deptype: i for an identity column's.</param>
internal sealed record CatalogSequence(
    long Id, string Name, string Type, long Start, long Step, long Minimum, long Maximum, long Cache, bool Cycles, long OwnerTable, int OwnerColumn, string OwnerKind, bool Readable)
{
    public long Last { get; init; }

    public bool IsCalled { get; init; }

    /// <summary>Its options as CREATE SEQUENCE and an identity column take them.</summary>
    public string Options => $"START WITH {Start} INCREMENT BY {Step} MINVALUE {Minimum} MAXVALUE {Maximum} CACHE {Cache}{(Cycles ? " CYCLE" : " NO CYCLE")}";
}

/// <param name="Node">Its place in <see cref="CatalogNeeds"/>.</param>
/// <param name="Kind">The word after CREATE, in lower case.</param>
/// <param name="Name">A function's with its arguments.</param>
/// <param name="Sql">The statement that makes it, without the schema; null where none is known here, which <paramref name="Why"/> explains.</param>
/// <param name="DropName">What DROP takes, without the schema.</param>
internal sealed record CatalogItem(string Node, string Kind, string Name, string? Sql, string DropName, bool IsRelation, string? Why);

/// <param name="TableText">The table as the definition prints it.</param>
/// <param name="Enabled">pg_trigger.tgenabled.</param>
internal sealed record CatalogTrigger(long Table, string Name, string Definition, string TableText, string Enabled, string Function);

/// <param name="Node">What it is about, or of what it is about a column.</param>
/// <param name="Kind">What COMMENT ON names it.</param>
/// <param name="Name">Of what it is about, quoted; a function's with its arguments.</param>
internal sealed record CatalogComment(string Node, string Kind, string Name, string? Column, string Text);

/// <param name="Table">The table it belongs to; 0 for none.</param>
internal sealed record CatalogRest(string Kind, string Name, long Table, string? Text);
