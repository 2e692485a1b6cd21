using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Schemas;

/// <summary>
/// A SQLite database's schema as the database itself describes it: facts only. What becomes of it is decided in Planning.
/// The connection's temp schema and attached databases are not part of it.
/// </summary>
public sealed record SourceSchema
{
    /// <summary>Ordinary tables of the user, in the order in which they were made.</summary>
    public required IReadOnlyList<SourceTable> Tables { get; init; }

    public required IReadOnlyList<SourceView> Views { get; init; }

    public required IReadOnlyList<SourceTrigger> Triggers { get; init; }

    public required IReadOnlyList<SourceVirtualTable> VirtualTables { get; init; }

    /// <summary>Tables that SQLite or an extension keeps for itself: statistics, sequences, shadow tables, SpatiaLite's metadata.</summary>
    public required IReadOnlyList<SourceInternalTable> InternalTables { get; init; }

    /// <summary>Whether the database carries SpatiaLite's metadata.</summary>
    public required bool IsSpatialite { get; init; }

    /// <summary><c>UTF-8</c>, <c>UTF-16le</c> or <c>UTF-16be</c>.</summary>
    public required string Encoding { get; init; }

    /// <summary>SHA-256 over every statement of sqlite_schema, lower-case hexadecimal.</summary>
    public required string Hash { get; init; }

    /// <summary>A table by its name; SQLite compares names without ASCII case.</summary>
    public SourceTable? FindTable(string name) =>
        Tables.FirstOrDefault(t => SqliteNames.Same(t.Name, name));
}

/// <param name="Columns">Names of the columns; null when SQLite itself cannot resolve the view.</param>
/// <param name="Fault">Why it cannot.</param>
public sealed record SourceView(string Name, string Sql, IReadOnlyList<string>? Columns, string? Fault);

/// <param name="On">The table or view it belongs to.</param>
public sealed record SourceTrigger(string Name, string On, string Sql);

/// <param name="Module">The module's name as written: fts5, rtree, …</param>
public sealed record SourceVirtualTable(string Name, string Module, string Sql);

/// <param name="Owner">The virtual table it is a shadow of, or null.</param>
public sealed record SourceInternalTable(string Name, InternalTableKind Kind, string? Owner);

public enum InternalTableKind
{
    /// <summary>sqlite_sequence, sqlite_stat1, …</summary>
    Sqlite,

    /// <summary>A virtual table's storage.</summary>
    Shadow,

    /// <summary>SpatiaLite's own tables.</summary>
    Spatialite,

    /// <summary>Godwit's own, of a live move.</summary>
    Godwit,
}
