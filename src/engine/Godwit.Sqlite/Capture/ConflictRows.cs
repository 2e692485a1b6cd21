using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Planning;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Capture;

/// <summary>
/// The rows that a REPLACE would delete: with <c>recursive_triggers</c> off, which is the default, no delete trigger tells of them
/// (https://sqlite.org/lang_conflict.html). A BEFORE trigger reads their keys by the same comparison that makes SQLite see the conflict.
/// </summary>
/// <remarks>
/// From the catalog of indexes and not from the table's statement: a part's collation may differ from its column's, a predicate narrows an index, an expression
/// is no column, and a NULL into a NOT NULL column takes the column's default under REPLACE before uniqueness is looked at.
/// </remarks>
internal sealed class ConflictRows(SourceTable table, RowKey key)
{
    private const string Old = "o";

    /// <summary>Whether an insert or update of this table can delete rows that the log would not get to know otherwise.</summary>
    public bool Exist => Indexes.Any() || HasFreeRowId;

    /// <summary>The columns whose change can bring about a conflict; null where a predicate, an expression or a generated column hides which.</summary>
    public IReadOnlyList<int>? Columns =>
        Indexes.All(i => !i.Partial && i.Parts.All(p => p.Column is { } c && !table.Columns[c].IsGenerated)) && !HasFreeRowId
            ? [.. Indexes.SelectMany(i => i.Parts.Select(p => p.Column!.Value)).Distinct().Order()]
            : null;

    /// <summary>A rowid that is no column can still be written, by its name.</summary>
    private bool HasFreeRowId => !table.WithoutRowId && !key.IsRowId && table.RowIdAlias is null && table.RowIdName is not null;

    /// <summary>A conflict over the very key, compared exactly, is with a row of the same key, which the log gets in any case.</summary>
    private IEnumerable<SourceIndex> Indexes => table.Indexes.Where(i => i.Unique && !IsKeyItself(i));

    private bool IsKeyItself(SourceIndex index) =>
        !index.Partial && index.Parts.Count == key.Columns.Count
        && index.Parts.All(p => p.Column is { } c && key.Columns.Contains(c) && RowKey.IsExact(table, c, p.Collation));

    /// <summary>Queries that give the keys of the rows in the way of the row NEW, one for each index.</summary>
    /// <param name="select">What is selected, for the name of the old row.</param>
    /// <param name="besides">A condition that leaves a row out; null where there is none.</param>
    public IEnumerable<string> Queries(Func<string, string> select, string? besides)
    {
        var from = $"SELECT {select(Old)} FROM {SqliteName.Quote(table.Name)} AS {Old} WHERE ";
        var end = besides is null ? "" : $" AND {besides}";
        foreach (var index in Indexes) yield return from + Condition(index) + end;
        if (HasFreeRowId) yield return $"{from}{Old}.{SqliteName.Quote(table.RowIdName!)} = NEW.{SqliteName.Quote(table.RowIdName!)}{end}";
    }

    private string Condition(SourceIndex index)
    {
        var syntax = index.Sql is { } sql && SqlParser.ParseSchemaStatement(sql) is ParseResult.Success { Statement: CreateIndex parsed } ? parsed : null;
        var parts = index.Parts.Select((part, i) => part.Column is { } column
            ? $"{Old}.{SqliteName.Quote(table.Columns[column].Name)} COLLATE {SqliteName.Quote(part.Collation)} = {NewValue(column)}"
            : Expression(KeySyntax.Text(syntax!.Columns[i].Expression, index.Sql!)));
        // SQLite looks at the predicate of the new row only; the old one is in the index or could not be in the way.
        var where = syntax?.Where is { } predicate ? [KeySyntax.Text(predicate, index.Sql!), OfNew(KeySyntax.Text(predicate, index.Sql!))] : Array.Empty<string>();
        return string.Join(" AND ", parts.Concat(where.Select(w => $"({w})")));
    }

    private string Expression(string text) => $"({text}) = {OfNew(text)}";

    /// <summary>An index's expression names columns bare: over a row that is called like the table's, it is the new row's.</summary>
    private string OfNew(string expression) =>
        $"(SELECT ({expression}) FROM (SELECT {string.Join(", ", table.Columns.Select((c, i) => $"{NewValue(i)} AS {SqliteName.Quote(c.Name)}"))}))";

    private string NewValue(int column)
    {
        var source = table.Columns[column];
        var value = $"NEW.{SqliteName.Quote(source.Name)}";
        return source is { NotNull: true, DefaultSql: { } text, IsGenerated: false } ? $"CASE WHEN {value} IS NULL THEN ({text}) ELSE {value} END" : value;
    }
}
