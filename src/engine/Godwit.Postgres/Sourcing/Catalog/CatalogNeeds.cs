namespace Godwit.Postgres.Sourcing.Catalog;

/// <summary>What needs what within a schema, by pg_depend. Nodes are <c>c:</c>, <c>p:</c> or <c>t:</c> and a number: relation, function, type.</summary>
internal sealed class CatalogNeeds(IEnumerable<(string From, string To)> edges)
{
    private readonly ILookup<string, string> _edges = edges.Distinct().ToLookup(e => e.From, e => e.To, StringComparer.Ordinal);

    public static string Relation(long id) => $"c:{id}";

    public IEnumerable<string> Of(string node) => _edges[node];

    /// <summary>Everything that some nodes need, over any number of steps, without themselves unless they are needed.</summary>
    public HashSet<string> Closure(IEnumerable<string> nodes)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(nodes.SelectMany(Of));
        while (open.TryPop(out var node))
        {
            if (!seen.Add(node)) continue;
            foreach (var next in Of(node)) open.Push(next);
        }
        return seen;
    }

    /// <summary>The same items, each after those it needs; where two need each other the first stands first.</summary>
    public IReadOnlyList<CatalogItem> Order(IReadOnlyList<CatalogItem> items)
    {
        var byNode = items.ToDictionary(i => i.Node, StringComparer.Ordinal);
        var (done, ordered) = (new HashSet<string>(StringComparer.Ordinal), new List<CatalogItem>());
        foreach (var item in items) Visit(item);
        return ordered;

        void Visit(CatalogItem item)
        {
            if (!done.Add(item.Node)) return;
            foreach (var need in Of(item.Node))
            {
                if (byNode.TryGetValue(need, out var other)) Visit(other);
            }
            ordered.Add(item);
        }
    }
}
