using Godwit.Model.Moves;
using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Schemas;

public sealed record SourceTable
{
    public required string Name { get; init; }

    /// <summary>The CREATE TABLE statement as sqlite_schema holds it.</summary>
    public required string Sql { get; init; }

    public required IReadOnlyList<SourceColumn> Columns { get; init; }

    public required bool WithoutRowId { get; init; }

    public required bool Strict { get; init; }

    public required bool AutoIncrement { get; init; }

    /// <summary>Index in <see cref="Columns"/> of the column that is another name of the rowid.</summary>
    public required int? RowIdAlias { get; init; }

    /// <summary>The name under which a statement reaches the rowid; null for a table without one, or where columns hide all three names.</summary>
    public required string? RowIdName { get; init; }

    /// <summary>Indexes in <see cref="Columns"/> of the primary key, in key order; empty when there is none.</summary>
    public required IReadOnlyList<int> PrimaryKey { get; init; }

    public required IReadOnlyList<SourceIndex> Indexes { get; init; }

    /// <summary>In the order of the statement.</summary>
    public required IReadOnlyList<SourceForeignKey> ForeignKeys { get; init; }

    /// <summary>sqlite_sequence's entry.</summary>
    public required long? Sequence { get; init; }

    /// <summary>A column by its name, compared as SQLite does; -1 when there is none.</summary>
    public int FindColumn(string name)
    {
        for (var i = 0; i < Columns.Count; i++)
        {
            if (SqliteNames.Same(Columns[i].Name, name)) return i;
        }
        return -1;
    }
}

/// <param name="DeclaredType">As written; empty when the column has no type.</param>
/// <param name="DefaultSql">The text after DEFAULT, or null.</param>
/// <param name="KeyPosition">1 for the first column of the primary key, 0 for a column outside it.</param>
/// <param name="Collation">BINARY, NOCASE, RTRIM or an application's own, upper case where it is one of SQLite's.</param>
public sealed record SourceColumn(
    string Name, string DeclaredType, bool NotNull, string? DefaultSql, int KeyPosition, ColumnGeneration Generation, string Collation)
{
    /// <summary>What makes the column's values in a move, where the user says so (Planning/TransformPlanning.cs). Null as the database describes it.</summary>
    public ColumnTransform? Transform { get; init; }

    /// <summary>Whether the source has no such column: a transform makes it of others.</summary>
    public bool IsNew { get; init; }

    /// <summary>Whether the user leaves it out: it keeps its place here, is read as NULL, and is not part of the plan.</summary>
    public bool IsLeftOut { get; init; }

    public bool IsGenerated => Generation != ColumnGeneration.None;

    /// <summary>Whether the target holds other values than the source, so that whatever speaks of the values speaks of something else.</summary>
    public bool IsChanged => IsLeftOut || (Transform is { } transform && !(transform.IsCopy && transform.Inputs is [var input] && SqliteNames.Same(input, Name)));

    /// <summary>Whether an index over the bare column would find nothing at the target: it is not there, or equal values are stored differently each time.</summary>
    public bool IsBeyondIndexes => IsLeftOut || Transform is { Kind: "encrypt" };

    /// <summary>The column's value in a statement.</summary>
    /// <param name="relation">The table, or what it is called in the statement; null where a bare name cannot mean anything else.</param>
    internal string Sql(string? relation) =>
        IsLeftOut ? "NULL"
        : Transform is { } transform ? Transforming.TransformSql.Of(transform, relation)
        : relation is null ? SqliteName.Quote(Name) : SqliteName.Qualify(relation, Name);
}

public enum ColumnGeneration
{
    None,
    Virtual,
    Stored,
}
