using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Planning;

/// <summary>Things after what they need, as far as there is no circle; otherwise in the order in which they came.</summary>
internal static class DependencyOrder
{
    /// <param name="name">A thing's name, compared as SQLite does.</param>
    /// <param name="needs">Names of what it needs; names of nothing here are passed over.</param>
    public static IReadOnlyList<T> Of<T>(IReadOnlyList<T> things, Func<T, string> name, Func<T, IEnumerable<string>> needs) where T : class
    {
        var byName = things.ToDictionary(name, SqliteNames.Comparer);
        var ordered = new List<T>();
        var entered = new HashSet<T>();
        // A stack of its own: a chain may be longer than the thread's stack is deep.
        var stack = new Stack<(T Thing, bool IsDone)>();
        foreach (var root in things)
        {
            stack.Push((root, false));
            while (stack.TryPop(out var next))
            {
                if (next.IsDone) ordered.Add(next.Thing);
                else if (entered.Add(next.Thing))
                {
                    stack.Push((next.Thing, true));
                    foreach (var need in needs(next.Thing).Reverse())
                    {
                        if (byName.TryGetValue(need, out var needed) && !entered.Contains(needed)) stack.Push((needed, false));
                    }
                }
            }
        }
        return ordered;
    }
}
