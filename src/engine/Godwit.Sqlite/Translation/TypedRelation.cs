using Godwit.Model.Values;
using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Translation;

/// <summary>A column as translation must know it: its names, how its values went over, and how SQLite compares them.</summary>
/// <param name="Collation">SQLite's collation of the column: BINARY (also null), NOCASE, RTRIM.</param>
public sealed record TypedColumn(string SourceName, string TargetName, TargetType Type, ValueMapping Mapping, Affinity Affinity, string? Collation)
{
    /// <summary>Whether the target's column refuses NULL.</summary>
    public bool NotNull { get; init; }

    /// <summary>PostgreSQL's expression for the column's value, in parentheses, for where its name may not stand: in another generated column.</summary>
    public string? Inline { get; init; }
}

/// <summary>A table, or a view that was translated before.</summary>
public sealed record TypedRelation(string SourceName, string TargetName, IReadOnlyList<TypedColumn> Columns)
{
    /// <summary>Source names of the columns of the primary key that the target has; empty without. PostgreSQL allows bare columns when it is grouped by.</summary>
    public IReadOnlyList<string> PrimaryKey { get; init; } = [];

    /// <summary>Source name of the column that is SQLite's rowid (INTEGER PRIMARY KEY); <c>rowid</c>, <c>oid</c>, <c>_rowid_</c> then mean it.</summary>
    public string? RowIdColumn { get; init; }

    public TypedColumn? Find(string sourceName) => Columns.FirstOrDefault(c => SqliteNames.Same(c.SourceName, sourceName));
}

/// <summary>The tables and already translated views that a translation may name, looked up as SQLite does.</summary>
public sealed class SchemaScope
{
    private readonly Dictionary<string, TypedRelation> _relations;

    /// <param name="targetSchema">The target's schema; every relation is written with it.</param>
    public SchemaScope(string targetSchema, IEnumerable<TypedRelation> relations)
    {
        TargetSchema = targetSchema;
        _relations = relations.ToDictionary(r => r.SourceName, SqliteNames.Comparer);
    }

    public string TargetSchema { get; }

    public TypedRelation? Find(string sourceName) => _relations.GetValueOrDefault(sourceName);

    /// <summary>The same scope with one relation more: a view that was just translated.</summary>
    public SchemaScope With(TypedRelation relation) => new(TargetSchema, [.. _relations.Values, relation]);
}
