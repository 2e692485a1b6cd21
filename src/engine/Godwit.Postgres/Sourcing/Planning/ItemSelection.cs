using Godwit.Model.Findings;
using Godwit.Postgres.Sourcing.Catalog;

namespace Godwit.Postgres.Sourcing.Planning;

/// <summary>Which types, functions and views come along, and what is said of those that do not.</summary>
internal sealed class ItemSelection(SchemaCatalog catalog, SourcePlanOptions options, Renaming names, SourceFindings findings)
{
    private const string ByHand = "Make it at the target by hand, or by a step of a runbook.";

    private readonly Dictionary<string, CatalogItem> _items = catalog.Items.ToDictionary(i => i.Node, StringComparer.Ordinal);
    private readonly Dictionary<string, CatalogTable> _tables = catalog.Tables.ToDictionary(t => CatalogNeeds.Relation(t.Id), StringComparer.Ordinal);

    public IReadOnlyList<CatalogItem> Select(IReadOnlyList<CatalogTable> tables)
    {
        if (options.InPlace)
        {
            LookAtRest(tables);
            return [];
        }
        var nodes = tables.Select(t => CatalogNeeds.Relation(t.Id)).ToHashSet(StringComparer.Ordinal);
        var triggers = catalog.Triggers.Where(t => nodes.Contains(CatalogNeeds.Relation(t.Table))).Select(t => t.Function).ToList();
        var needed = catalog.Needs.Closure([.. nodes, .. triggers]);
        needed.UnionWith(triggers);
        var wanted = options.Tables is null ? catalog.Items : [.. catalog.Items.Where(i => needed.Contains(i.Node) || (i.IsRelation && catalog.Needs.Closure([i.Node]).All(n => !_tables.ContainsKey(n) || nodes.Contains(n))))];
        // What a view needs comes along with it.
        var closure = catalog.Needs.Closure(wanted.Select(i => i.Node));
        wanted = [.. catalog.Items.Where(i => wanted.Contains(i) || closure.Contains(i.Node))];
        var obstacles = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var item in wanted.Where(i => Obstacle(i, nodes) is not null)) obstacles[item.Node] = Obstacle(item, nodes)!;
        foreach (var item in wanted.Where(i => !obstacles.ContainsKey(i.Node)))
        {
            if (catalog.Needs.Closure([item.Node]).FirstOrDefault(obstacles.ContainsKey) is { } other && _items.TryGetValue(other, out var missing)) obstacles[item.Node] = $"it needs {missing.Kind} {missing.Name}, which is not moved";
        }
        foreach (var item in wanted.Where(i => obstacles.ContainsKey(i.Node))) findings.LeaveBehind(FindingCodes.ObjectNotMoved, item.Kind, item.Name, null, obstacles[item.Node], item.Sql, ByHand);
        foreach (var table in tables) LookAtNeeds(table, obstacles);
        LookAtRest(tables);
        return [.. wanted.Where(i => !obstacles.ContainsKey(i.Node))];
    }

    private string? Obstacle(CatalogItem item, HashSet<string> tables)
    {
        if (item.Sql is null) return item.Why ?? "PostgreSQL prints no statement for it";
        var closure = catalog.Needs.Closure([item.Node]);
        if (closure.FirstOrDefault(n => _tables.ContainsKey(n) && !tables.Contains(n)) is { } absent) return $"it needs the table {_tables[absent].Name}, which is not moved";
        if (catalog.Needs.Of(item.Node).FirstOrDefault(n => _tables.TryGetValue(n, out var t) && names.IsRenamed(t.Name)) is { } renamed)
            return $"it speaks of the table {_tables[renamed].Name}, which is called {names.Table(_tables[renamed].Name)} at the target";
        return null;
    }

    /// <summary>What a table needs must be there before it: that which is not moved, or needs a table itself, is not.</summary>
    private void LookAtNeeds(CatalogTable table, Dictionary<string, string> obstacles)
    {
        foreach (var need in catalog.Needs.Of(CatalogNeeds.Relation(table.Id)))
        {
            if (!_items.TryGetValue(need, out var item)) continue;
            var why = obstacles.ContainsKey(need) ? "is not moved" : item.IsRelation || catalog.Needs.Closure([need]).Any(_tables.ContainsKey) ? "needs a table itself" : null;
            if (why is not null) findings.Add(Finding.Error(FindingCodes.TableNotMovable, $"it needs {item.Kind} {item.Name}, which {why}", new Place.InTable(table.Name), "Leave it out with --tables, or change it at the source."));
        }
    }

    private void LookAtRest(IReadOnlyList<CatalogTable> tables)
    {
        var moved = tables.ToDictionary(t => t.Id);
        foreach (var table in tables.Where(t => t.HasPrivileges))
            findings.Add(Finding.Note(FindingCodes.ObjectNotMoved, "privileges that others have on the table are not moved: roles belong to the server, and it will be the mover's own", new Place.InTable(table.Name), "GRANT them after the move."));
        foreach (var rest in catalog.Rest.Where(r => r.Table == 0 ? options.Tables is null && !options.InPlace : moved.ContainsKey(r.Table) || catalog.Items.Any(i => options.Tables is null && i.Node == CatalogNeeds.Relation(r.Table))))
        {
            var why = rest.Kind switch
            {
                "policy" => "roles are the server's own, and policies speak of them",
                "privileges" => "it runs with its owner's rights, and at the target everybody may call it until you REVOKE that",
                _ => "only tables and what has a statement of its own go over",
            };
            findings.LeaveBehind(FindingCodes.ObjectNotMoved, rest.Kind, rest.Name, moved.TryGetValue(rest.Table, out var table) ? table.Name : null, why, rest.Text, ByHand);
        }
        foreach (var table in tables.Where(t => t.HasPolicies))
            findings.LeaveBehind(FindingCodes.ObjectNotMoved, "row security", table.Name, null, "without it everybody who may read the table reads all of it", null, "ALTER TABLE … ENABLE ROW LEVEL SECURITY and its policies at the target, before anybody uses it.");
        foreach (var index in catalog.Indexes.Where(i => !i.Valid && !i.Constraint && moved.ContainsKey(i.Table)))
            findings.LeaveBehind(FindingCodes.ObjectNotMoved, "index", index.Name, moved[index.Table].Name, "it is not valid: a CREATE INDEX CONCURRENTLY has failed", index.Definition, "Drop it at the source, or build it again.");
        foreach (var key in catalog.Constraints.Where(k => k is { Kind: "f", HasParentConstraint: false } && moved.ContainsKey(k.Table) && !moved.ContainsKey(k.Parent)))
            findings.LeaveBehind(FindingCodes.ForeignKeyNotMoved, "foreign key", key.Name, moved[key.Table].Name, $"the table {key.ParentText} that it points at is not moved", key.Definition, "Make it after the move if that table is there.");
    }
}
