using Godwit.Model.Values;
using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Capture;

/// <summary>The columns by which a row is told from the others of its table while it changes: what a change log holds of it.</summary>
/// <param name="Columns">Indexes in the table's columns, in the key's order.</param>
/// <param name="IsRowId">Whether the key is the rowid under the name of an INTEGER PRIMARY KEY.</param>
internal sealed record RowKey(IReadOnlyList<int> Columns, bool IsRowId)
{
    /// <summary>
    /// The rowid's alias, else the primary key, else a unique constraint or index whose columns are NOT NULL, are stored, and all belong to it. Null for a table
    /// without: its bare rowid is no key, since VACUUM numbers such rows anew (https://sqlite.org/lang_vacuum.html).
    /// </summary>
    public static RowKey? Of(SourceTable table)
    {
        if (table.RowIdAlias is { } alias) return new RowKey([alias], IsRowId: true);
        if (table.PrimaryKey.Count > 0) return new RowKey(table.PrimaryKey, IsRowId: false);
        var unique = table.Indexes.FirstOrDefault(i => i is { Unique: true, Partial: false } && i.Parts.All(p => p.Column is { } c && table.Columns[c] is { NotNull: true, IsGenerated: false }));
        return unique is null ? null : new RowKey([.. unique.Parts.Select(p => p.Column!.Value)], IsRowId: false);
    }

    /// <summary>
    /// Whether two values of a key column that SQLite holds for equal are the same bytes: not under NOCASE or RTRIM, and not without affinity, where 1 and 1.0 are
    /// equal and stored apart (https://sqlite.org/datatype3.html#comparison_expressions).
    /// </summary>
    public static bool IsExact(SourceTable table, int column, string collation) =>
        collation == "BINARY" && DeclaredType.AffinityOf(table.Columns[column].DeclaredType, table.Strict) != Affinity.Blob;

    public bool IsExactIn(SourceTable table) => IsRowId || Columns.All(c => IsExact(table, c, table.Columns[c].Collation));
}
