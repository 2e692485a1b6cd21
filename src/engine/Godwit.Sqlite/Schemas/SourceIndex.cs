namespace Godwit.Sqlite.Schemas;

/// <param name="Sql">CREATE INDEX; null for the index of a constraint.</param>
/// <param name="Parts">The key's parts, without the columns SQLite appends to make it unique.</param>
public sealed record SourceIndex(string Name, bool Unique, IndexOrigin Origin, bool Partial, string? Sql, IReadOnlyList<SourceIndexPart> Parts);

/// <param name="Column">Index in the table's columns; null for an expression.</param>
/// <param name="Collation">The collation that compares this part.</param>
public sealed record SourceIndexPart(int? Column, bool Descending, string Collation);

public enum IndexOrigin
{
    /// <summary>CREATE INDEX.</summary>
    Statement,

    /// <summary>A UNIQUE constraint.</summary>
    Unique,

    /// <summary>A PRIMARY KEY that is not the rowid.</summary>
    PrimaryKey,
}
