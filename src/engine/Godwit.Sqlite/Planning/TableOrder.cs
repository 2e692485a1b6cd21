using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Planning;

/// <summary>Parents before children, as far as there is no cycle; otherwise the order in which the tables were made.</summary>
internal static class TableOrder
{
    public static IReadOnlyList<TableDraft> ParentsFirst(IReadOnlyList<TableDraft> tables)
    {
        var byName = tables.ToDictionary(t => t.Name, SqliteNames.Comparer);
        var ordered = new List<TableDraft>();
        var entered = new HashSet<TableDraft>();
        // A stack of its own: a chain of tables may be longer than the thread's stack is deep.
        var stack = new Stack<(TableDraft Table, bool IsDone)>();
        foreach (var root in tables)
        {
            stack.Push((root, false));
            while (stack.TryPop(out var next))
            {
                if (next.IsDone) ordered.Add(next.Table);
                else if (entered.Add(next.Table))
                {
                    stack.Push((next.Table, true));
                    foreach (var key in next.Table.Source.ForeignKeys.Reverse())
                    {
                        if (byName.TryGetValue(key.Parent, out var parent) && !entered.Contains(parent)) stack.Push((parent, false));
                    }
                }
            }
        }
        return ordered;
    }
}
