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
    public bool IsGenerated => Generation != ColumnGeneration.None;
}

public enum ColumnGeneration
{
    None,
    Virtual,
    Stored,
}
