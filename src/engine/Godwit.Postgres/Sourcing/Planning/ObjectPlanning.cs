using Godwit.Model.Moves;
using Godwit.Model.Names;
using Godwit.Postgres.Sourcing.Catalog;

namespace Godwit.Postgres.Sourcing.Planning;

/// <summary>Everything of a catalog that is no table, as the plan has it.</summary>
/// <param name="catalog">What there is.</param>
/// <param name="names">What it is called at the target.</param>
/// <param name="inPlace">Whether the target's schema is this one, and what is not made is there all the same.</param>
internal sealed class ObjectPlanning(SchemaCatalog catalog, Renaming names, bool inPlace = false)
{
    private readonly Dictionary<long, CatalogTable> _tables = catalog.Tables.ToDictionary(t => t.Id);

    /// <summary>Sequences, types and functions that stand alone; then what joins partitions; then what needs tables, and triggers at the very end.</summary>
    public IReadOnlyList<ObjectPlan> Of(IReadOnlyList<CatalogItem> items, IReadOnlyCollection<long> tables, IReadOnlyList<CatalogSequence> sequences)
    {
        var ordered = catalog.Needs.Order(items);
        return
        [
            .. sequences.Where(s => s.OwnerKind != "i").Select(Make),
            .. ordered.Where(i => !NeedsTables(i)).Select(i => Item(i, ObjectStage.BeforeTables)),
            .. sequences.Where(s => s.OwnerKind == "a" && tables.Contains(s.OwnerTable)).Select(Own),
            .. catalog.Tables.Where(t => t.IsPartition && tables.Contains(t.Id)).Select(Attach),
            .. catalog.Indexes.Where(i => i.ParentIndex != 0 && i.Valid && tables.Contains(i.Table)).Select(Attach),
            .. ordered.Where(NeedsTables).Select(i => Item(i, ObjectStage.Last)),
            .. catalog.Indexes.Where(i => !_tables.ContainsKey(i.Table) && i.Valid && items.Any(x => x.Node == CatalogNeeds.Relation(i.Table))).Select(OfView),
            .. catalog.Comments.Select(c => Comment(c, items, tables, sequences)).OfType<ObjectPlan>(),
            .. catalog.Triggers.Where(t => (tables.Contains(t.Table) || items.Any(i => i.Node == CatalogNeeds.Relation(t.Table))) && IsMoved(t, items)).Select(Trigger),
        ];
    }

    public IReadOnlyList<SequencePlan> Positions(IReadOnlyList<CatalogSequence> sequences) => [.. sequences.Select(s => new SequencePlan(NameOf(s), $"{s.Type} {s.Options}", s.Last, s.IsCalled)
    {
        Table = s.OwnerTable == 0 ? null : names.Table(_tables[s.OwnerTable].Name),
        Column = s.OwnerTable == 0 ? null : ColumnOf(s),
        Identity = s.OwnerKind == "i",
    })];

    /// <summary>Its function is moved with it, or is no part of the schema.</summary>
    public bool IsMoved(CatalogTrigger trigger, IReadOnlyList<CatalogItem> items) => inPlace || items.Any(i => i.Node == trigger.Function) || catalog.Items.All(i => i.Node != trigger.Function);

    public bool NeedsTables(CatalogItem item) => item.IsRelation || catalog.Needs.Closure([item.Node]).Any(IsTableOrView);

    private bool IsTableOrView(string node) => _tables.Keys.Any(id => CatalogNeeds.Relation(id) == node) || catalog.Items.Any(i => i.IsRelation && i.Node == node);

    private string NameOf(CatalogSequence sequence) => sequence.OwnerTable == 0 ? sequence.Name : names.Derived(_tables[sequence.OwnerTable].Name, sequence.Name);

    private string ColumnOf(CatalogSequence sequence) => _tables[sequence.OwnerTable].Columns.First(c => c.Number == sequence.OwnerColumn).Name;

    private ObjectPlan Make(CatalogSequence sequence)
    {
        var name = TargetName.Qualify(names.Schema, NameOf(sequence));
        return new ObjectPlan("sequence", NameOf(sequence), ObjectStage.BeforeTables, $"CREATE SEQUENCE {name} AS {sequence.Type} {sequence.Options}") { IsRelation = true, DropSql = $"DROP SEQUENCE IF EXISTS {name}" };
    }

    private ObjectPlan Own(CatalogSequence sequence) => new(
        "owner of sequence", NameOf(sequence), ObjectStage.AfterTables,
        $"ALTER SEQUENCE {TargetName.Qualify(names.Schema, NameOf(sequence))} OWNED BY {names.Qualified(_tables[sequence.OwnerTable].Name)}.{TargetName.Quote(ColumnOf(sequence))}")
    { Table = names.Table(_tables[sequence.OwnerTable].Name) };

    private ObjectPlan Item(CatalogItem item, ObjectStage stage) => new(item.Kind, item.Name, stage, item.Sql!)
    {
        IsRelation = item.IsRelation,
        DropSql = item.Kind == "statistics" ? null : $"DROP {item.Kind.ToUpperInvariant()} IF EXISTS {TargetName.Quote(names.Schema)}.{item.DropName}",
    };

    private ObjectPlan Attach(CatalogTable partition) => new(
        "partition", names.Table(partition.Name), ObjectStage.AfterTables,
        $"ALTER TABLE ONLY {names.Qualified(_tables[partition.Parents[0]].Name)} ATTACH PARTITION {names.Qualified(partition.Name)} {partition.Bound}")
    { Table = names.Table(partition.Name) };

    private ObjectPlan Attach(CatalogIndex index)
    {
        var parent = catalog.Indexes.First(i => i.Id == index.ParentIndex);
        var name = names.Derived(_tables[index.Table].Name, index.Name);
        return new ObjectPlan(
            "index of partition", name, ObjectStage.AfterIndexes,
            $"ALTER INDEX {TargetName.Qualify(names.Schema, names.Derived(_tables[parent.Table].Name, parent.Name))} ATTACH PARTITION {TargetName.Qualify(names.Schema, name)}")
        { Table = names.Table(_tables[index.Table].Name) };
    }

    private ObjectPlan OfView(CatalogIndex index)
    {
        var view = catalog.Items.First(x => x.Node == CatalogNeeds.Relation(index.Table));
        return new ObjectPlan("index", index.Name, ObjectStage.Last, index.Definition.Replace($" ON {index.TableText} ", $" ON {TargetName.Qualify(names.Schema, view.Name)} ", StringComparison.Ordinal)) { Table = view.Name };
    }

    private ObjectPlan? Comment(CatalogComment comment, IReadOnlyList<CatalogItem> items, IReadOnlyCollection<long> tables, IReadOnlyList<CatalogSequence> sequences)
    {
        var table = tables.Where(id => CatalogNeeds.Relation(id) == comment.Node).Select(id => names.Table(_tables[id].Name)).FirstOrDefault();
        var sequence = sequences.FirstOrDefault(s => CatalogNeeds.Relation(s.Id) == comment.Node);
        if (table is null && sequence is null && items.All(i => i.Node != comment.Node)) return null;
        var on = table is not null ? TargetName.Quote(table) : sequence is not null ? TargetName.Quote(NameOf(sequence)) : comment.Name;
        var what = $"{comment.Kind} {TargetName.Quote(names.Schema)}.{on}{(comment.Column is { } column ? $".{column}" : "")}";
        return new ObjectPlan("comment", what, ObjectStage.Last, $"COMMENT ON {what} IS {TargetName.Literal(comment.Text)}") { Table = table };
    }

    private ObjectPlan Trigger(CatalogTrigger trigger)
    {
        var table = _tables.TryGetValue(trigger.Table, out var found) ? found.Name : catalog.Items.First(i => i.Node == CatalogNeeds.Relation(trigger.Table)).Name;
        var on = names.Qualified(table);
        var sql = trigger.Definition.Replace($" ON {trigger.TableText} ", $" ON {on} ", StringComparison.Ordinal);
        var state = trigger.Enabled switch { "D" => "DISABLE", "A" => "ENABLE ALWAYS", "R" => "ENABLE REPLICA", _ => null };
        return new ObjectPlan("trigger", trigger.Name, ObjectStage.Last, state is null ? sql : $"{sql}; ALTER TABLE {on} {state} TRIGGER {TargetName.Quote(trigger.Name)}") { Table = names.Table(table) };
    }
}
