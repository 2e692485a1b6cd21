using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Planning;

/// <summary>A column of a table, by number.</summary>
internal readonly record struct ColumnAt(int Table, int Column);

/// <summary>
/// Columns that foreign keys join, directly or through others: they must become one type, or the keys cannot be made. Union-find over (table, column).
/// </summary>
internal sealed class ColumnGroups
{
    private readonly Dictionary<ColumnAt, ColumnAt> _representatives = [];

    private readonly HashSet<ColumnAt> _children = [];

    private ColumnGroups() { }

    /// <summary>Every column of every table in exactly one group; in a group those come first that refer to no other.</summary>
    public static IReadOnlyList<IReadOnlyList<ColumnAt>> Of(IReadOnlyList<SourceTable> tables)
    {
        var groups = new ColumnGroups();
        var all = tables.SelectMany((table, t) => table.Columns.Select((_, c) => new ColumnAt(t, c))).ToList();
        foreach (var column in all) groups._representatives[column] = column;
        for (var child = 0; child < tables.Count; child++)
        {
            foreach (var key in tables[child].ForeignKeys.Where(k => !k.IsSevered)) groups.Join(tables, child, key);
        }
        return [.. all.GroupBy(groups.Find).Select(g => g.OrderBy(groups._children.Contains).ToList())];
    }

    private void Join(IReadOnlyList<SourceTable> tables, int child, SourceForeignKey key)
    {
        for (var parent = 0; parent < tables.Count; parent++)
        {
            if (!Grammar.SqliteNames.Same(tables[parent].Name, key.Parent)) continue;
            if (ForeignKeyPlanning.ParentColumns(tables[parent], key) is not { } columns) continue;
            for (var i = 0; i < columns.Count; i++)
            {
                var (from, to) = (new ColumnAt(child, key.Columns[i]), new ColumnAt(parent, columns[i]));
                if (from != to) _children.Add(from);
                _representatives[Find(from)] = Find(to);
            }
        }
    }

    private ColumnAt Find(ColumnAt column)
    {
        while (_representatives[column] is var next && next != column)
        {
            // Halving the path keeps later walks short.
            _representatives[column] = _representatives[next];
            column = next;
        }
        return column;
    }
}
