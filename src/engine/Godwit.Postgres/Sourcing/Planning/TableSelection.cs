using Godwit.Engine.Mapping;
using Godwit.Engine.Moves.Keyed;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Postgres.Sourcing.Catalog;

namespace Godwit.Postgres.Sourcing.Planning;

/// <summary>Which tables the move is about, and why one of them cannot be moved.</summary>
internal static class TableSelection
{
    private const string LeaveOut = "Leave it out with --tables, or change it at the source.";

    public static IReadOnlyList<CatalogTable> Select(SchemaCatalog catalog, SourcePlanOptions options, SourceFindings findings)
    {
        var byId = catalog.Tables.ToDictionary(t => t.Id);
        foreach (var name in (options.Tables ?? []).Where(n => catalog.Tables.All(t => t.Name != n)))
            findings.Add(Finding.Error(FindingCodes.NoSuchTable, $"There is no table {name} in schema {catalog.Schema} of the source.", null, $"Its tables are {string.Join(", ", catalog.Tables.Where(t => !t.Extension).Select(t => t.Name))}."));
        var selected = catalog.Tables.Where(t => !t.Extension && (options.Tables is not { } wanted || Line(t).Any(a => wanted.Contains(a.Name)))).ToList();
        foreach (var table in catalog.Tables.Where(t => t.Extension && (options.Tables?.Contains(t.Name) ?? true)))
            findings.Add(Finding.Note(FindingCodes.ObjectNotMoved, "the table belongs to an extension, which makes its own at the target; its rows are not moved", new Place.InTable(table.Name)));
        foreach (var table in selected.Where(t => t.Kind == "f"))
            findings.LeaveBehind(FindingCodes.ObjectNotMoved, "foreign table", table.Name, null, "its rows are in another database", null, "Make it at the target with its server.");
        selected.RemoveAll(t => t.Kind == "f");
        foreach (var table in selected) Look(catalog, table, selected, byId, findings);
        return selected;

        // A partition comes with its partitioned table.
        IEnumerable<CatalogTable> Line(CatalogTable table)
        {
            for (var at = table; at is not null; at = at.IsPartition && byId.TryGetValue(at.Parents[0], out var parent) ? parent : null) yield return at;
        }
    }

    public static void RefuseSettings(SchemaCatalog catalog, SourcePlanOptions options, SourceFindings findings)
    {
        findings.AddRange(MapFileReader.FindUnknownNames(options.Map, name => catalog.FindTable(name)?.Columns.Select(c => c.Name).ToList()));
        foreach (var column in options.Map.Tables.SelectMany(t => t.Columns).Where(c => !IsForThisSource(c)))
            findings.Add(Finding.Error(FindingCodes.NotForThisSource, $"Column {column.Name} cannot be mapped so: columns of a PostgreSQL source go over as they are, are left out, or are encrypted, indexed or hashed with the target's keys", column.Place, "Change it by a step of a runbook after the move."));
        if (options.LowerNames) findings.Add(Finding.Error(FindingCodes.NotForThisSource, "Names of a PostgreSQL source go over as they are", null, "Leave --names out."));
        if (options.Quarantine) findings.Add(Finding.Error(FindingCodes.NotForThisSource, "There is no quarantine for a PostgreSQL source: every value fits", null, "Leave --quarantine out."));
    }

    private static bool IsForThisSource(ColumnMap column) =>
        (column.LeaveOut || (column.Transform is { } transform && KeyedMoves.IsKeyed(transform))) && column is { Rename: null, Type: null, Format: null, EmptyIsNull: false, Collation: CollationChoice.Unset };

    private static void Look(SchemaCatalog catalog, CatalogTable table, List<CatalogTable> selected, Dictionary<long, CatalogTable> byId, SourceFindings findings)
    {
        var place = new Place.InTable(table.Name);
        if (!table.Readable) findings.Add(Finding.Error(FindingCodes.SourceFiltered, "this role may not read the table", place, $"GRANT SELECT ON {catalog.Quoting.Of(catalog.Schema)}.{catalog.Quoting.Of(table.Name)} to it, or use the owner's role."));
        else if (table.Filtered) findings.Add(Finding.Error(FindingCodes.SourceFiltered, "row security hides rows of the table from this role", place, "Use the table's owner, or a role with BYPASSRLS."));
        if (table.IsPartition && (!byId.TryGetValue(table.Parents[0], out var parent) || !selected.Contains(parent)))
            findings.Add(Finding.Error(FindingCodes.TableNotMovable, "it is a partition of a table that is not moved", place, "Name the partitioned table: its partitions come with it."));
        if (!table.IsPartition && (table.Parents.Length > 0 || catalog.Tables.Any(t => !t.IsPartition && t.Parents.Contains(table.Id))))
            findings.Add(Finding.Error(FindingCodes.TableNotMovable, "it inherits from a table, or a table from it", place, LeaveOut));
        if (table.Elsewhere is [var elsewhere, ..])
            findings.Add(Finding.Error(FindingCodes.TableNotMovable, $"rows of it stand in {elsewhere}, in another schema", place, $"ALTER TABLE {elsewhere} SET SCHEMA {catalog.Quoting.Of(catalog.Schema)} at the source, or leave it out with --tables."));
        if (table.IsTyped) findings.Add(Finding.Error(FindingCodes.TableNotMovable, "it is a table of a type (CREATE TABLE … OF)", place, "ALTER TABLE … NOT OF at the source, or leave it out with --tables."));
        if (table.Columns.All(c => c.Generated.Length > 0)) findings.Add(Finding.Error(FindingCodes.TableNotMovable, "it has no column of its own to be copied", place, LeaveOut));
        if (table.Persistence == "u")
            findings.Add(Finding.Warning(FindingCodes.BecomesLogged, "the table is unlogged, and logged at the target: a crash there must not take what was verified", place, "ALTER TABLE … SET UNLOGGED after the move, if that is wanted."));
        foreach (var column in table.Columns)
        {
            var where = new Place.InTable(table.Name, Column: column.Name);
            if (catalog.Types.Obstacle(column.Type) is { } obstacle) findings.Add(Finding.Error(FindingCodes.TypeNotMoved, $"column {column.Name} cannot go over: {obstacle}", where, LeaveOut));
            else if (!Unsendable.IsTsquery(catalog.Types.ElementOf(column.Type)) && catalog.Types.Within(column.Type).Any(Unsendable.IsTsquery))
                findings.Add(Finding.Error(FindingCodes.TypeNotMoved, $"column {column.Name} holds values of tsquery within another type, and PostgreSQL does not take every one of them in binary", where, LeaveOut));
            if (column.CollationSchema == catalog.Schema) findings.Add(Finding.Error(FindingCodes.TypeNotMoved, $"column {column.Name} has the collation {column.CollationName} of the schema, which is not moved", where, LeaveOut));
        }
    }
}
