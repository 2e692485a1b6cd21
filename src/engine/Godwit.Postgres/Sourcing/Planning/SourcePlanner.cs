using Godwit.Engine.Moves.Keyed;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Postgres.Sourcing.Catalog;

namespace Godwit.Postgres.Sourcing.Planning;

/// <summary>Turns a schema's catalog into a plan, or into everything that stands against one. Rows and ranges are put in afterwards, by whoever reads the rows.</summary>
internal static class SourcePlanner
{
    public static SourcePlanResult Plan(SchemaCatalog source, int version, long largeObjects, SourcePlanOptions options, IReadOnlyList<ColumnDependent> dependents)
    {
        var findings = new SourceFindings(options.IsAccepted);
        TableSelection.RefuseSettings(source, options, findings);
        var catalog = new ColumnReshaping(source, options.Map, dependents, findings).Apply();
        var tables = TableSelection.Select(catalog, options, findings);
        var names = new Renaming(options.Schema, options.Map.Tables.Where(t => t.Rename is not null)
            .Select(t => (catalog.FindTable(t.Name)?.Name, t.Rename))
            .Where(t => t.Name is not null && t.Name != t.Rename).DistinctBy(t => t.Name, StringComparer.Ordinal).ToDictionary(t => t.Name!, t => t.Rename!, StringComparer.Ordinal));
        var items = new ItemSelection(catalog, options, names, findings).Select(tables);
        var ids = tables.Select(t => t.Id).ToHashSet();
        var sequences = Sequences(catalog, tables, ids, options, findings);
        if (largeObjects > 0 && tables.Any(t => t.Columns.Any(c => c.TypeText is "oid" or "lo" or "public.lo")))
            findings.LeaveBehind(FindingCodes.LargeObjects, "large objects", "pg_largeobject", null, $"the source has {largeObjects:N0} of them, and moved tables hold numbers of objects", null, "Copy them with lo_export and lo_import, or pg_dump --blobs.");
        var planning = new TablePlanning(catalog, names);
        var plans = tables.Select(t => planning.Of(t, ids)).ToList();
        var objects = new ObjectPlanning(catalog, names, options.InPlace);
        foreach (var trigger in catalog.Triggers.Where(t => ids.Contains(t.Table) && !objects.IsMoved(t, items)))
            findings.LeaveBehind(FindingCodes.TriggerNotMoved, "trigger", trigger.Name, tables.First(t => t.Id == trigger.Table).Name, "its function is not moved", trigger.Definition, "Make both at the target.");
        string[] targetNames = [.. plans.Select(p => p.TargetName), .. items.Where(i => i.IsRelation).Select(i => i.Name)];
        if (findings.HasErrors) return new SourcePlanResult(null, findings.All, findings.NotMoved, targetNames);
        var plan = new MovePlan
        {
            Schema = options.Schema,
            Tables = plans,
            Views = [],
            NotMoved = findings.NotMoved,
            LeftOut = [.. catalog.Tables.Where(t => !t.Extension && t.Kind != "f" && !ids.Contains(t.Id)).Select(t => t.Name)],
            SourceSchemaHash = SchemaText.Hash(source, []),
            Postgres = new PostgresPlan
            {
                Schema = catalog.Schema,
                Version = version,
                SearchPath = [options.Schema, .. catalog.Extensions.Any(e => e.StandsHere) && options.Schema != catalog.Schema ? new[] { catalog.Schema } : []],
                Objects = objects.Of(items, ids, sequences),
                Sequences = objects.Positions(sequences),
                Extensions = [.. tables.SelectMany(t => t.Columns).SelectMany(c => catalog.Types.Within(c.Type)).Select(t => t.Extension).OfType<string>().Concat(catalog.Extensions.Select(e => e.Name)).Distinct(StringComparer.Ordinal)],
                Types = [.. OutsideTypes(catalog, tables, names)],
            },
        };
        findings.AddRange(KeyedMoves.Check(plan));
        return new SourcePlanResult(findings.HasErrors ? null : plan, findings.All, findings.NotMoved, targetNames);
    }

    /// <summary>Types of other schemas, and of extensions: the move makes none of them.</summary>
    private static IEnumerable<string> OutsideTypes(SchemaCatalog catalog, IReadOnlyList<CatalogTable> tables, Renaming names) => tables.SelectMany(t => t.Columns)
        .Where(c => catalog.Types.ElementOf(c.Type) is { } e && e.Schema != "pg_catalog" && (e.Schema != catalog.Schema || e.Extension is not null))
        .Select(c => names.TypeText(catalog, c)).Distinct(StringComparer.Ordinal);

    private static IReadOnlyList<CatalogSequence> Sequences(SchemaCatalog catalog, IReadOnlyList<CatalogTable> tables, HashSet<long> ids, SourcePlanOptions options, SourceFindings findings)
    {
        var needed = catalog.Needs.Closure(tables.Select(t => CatalogNeeds.Relation(t.Id)));
        var sequences = catalog.Sequences.Where(s => s.OwnerTable == 0 ? !options.InPlace && (options.Tables is null || needed.Contains(CatalogNeeds.Relation(s.Id))) : ids.Contains(s.OwnerTable) || (!options.InPlace && needed.Contains(CatalogNeeds.Relation(s.Id)))).ToList();
        foreach (var sequence in sequences.Where(s => !s.Readable))
            findings.Add(Finding.Error(FindingCodes.SourceFiltered, $"this role may not read the sequence {sequence.Name}", new Place.InObject("sequence", sequence.Name), "GRANT SELECT on it, or use the owner's role."));
        // One that belongs to a table that stays behind stands alone at the target.
        return [.. sequences.Select(s => ids.Contains(s.OwnerTable) ? s : s with { OwnerTable = 0, OwnerKind = "" })];
    }
}
