using Godwit.Model.Moves;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Reading;

/// <summary>
/// The order in which rows without a rowid are numbered: that of the key's own tree, which is the table (https://sqlite.org/withoutrowid.html). Profiling,
/// planning and reading number by it alike, or a finding would name one row and quarantine take another.
/// </summary>
internal static class RowOrder
{
    /// <summary>Empty where the tree's order is that of the bare columns.</summary>
    public static IReadOnlyList<KeyOrder> Of(SourceTable table)
    {
        if (!table.WithoutRowId || table.Indexes.FirstOrDefault(i => i.Origin == IndexOrigin.PrimaryKey) is not { } tree) return [];
        var order = table.PrimaryKey.Select(column => tree.Parts.First(p => p.Column == column)).Select(p => new KeyOrder(p.Descending, p.Collation)).ToList();
        var isPlain = order.Zip(table.PrimaryKey).All(o => !o.First.Descending && o.First.Collation == table.Columns[o.Second].Collation);
        return isPlain ? [] : order;
    }

    /// <summary>ORDER BY's terms.</summary>
    /// <param name="columns">The key's columns as SQL.</param>
    /// <param name="order">By <see cref="Of"/>.</param>
    public static string Terms(IEnumerable<string> columns, IReadOnlyList<KeyOrder> order) =>
        string.Join(", ", columns.Select((column, i) => order.Count == 0 ? column : $"{column} COLLATE {SqliteName.Quote(order[i].Collation)}{(order[i].Descending ? " DESC" : "")}"));

    /// <summary>The key as a finding says by what rows are counted.</summary>
    public static IReadOnlyList<string> Names(SourceTable table)
    {
        var order = Of(table);
        return [.. table.PrimaryKey.Select((column, i) => table.Columns[column].Name + (order.Count > 0 && order[i].Descending ? " DESC" : ""))];
    }
}
