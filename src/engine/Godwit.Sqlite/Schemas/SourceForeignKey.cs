namespace Godwit.Sqlite.Schemas;

/// <param name="Id">SQLite's number of the key, as PRAGMA foreign_key_check reports it.</param>
/// <param name="Columns">Indexes in the child's columns.</param>
/// <param name="Parent">The parent's name as written; the table may not exist.</param>
/// <param name="ParentColumns">Names as written; null when the key names none and so means the parent's primary key.</param>
/// <param name="OnDelete"><c>NO ACTION</c>, <c>RESTRICT</c>, <c>CASCADE</c>, <c>SET NULL</c>, <c>SET DEFAULT</c>.</param>
public sealed record SourceForeignKey(
    int Id, IReadOnlyList<int> Columns, string Parent, IReadOnlyList<string>? ParentColumns, string OnDelete, string OnUpdate)
{
    /// <summary>Whether transforms take the values of its two ends apart: it cannot be made, and its columns need not become one type.</summary>
    public bool IsSevered { get; init; }
}
