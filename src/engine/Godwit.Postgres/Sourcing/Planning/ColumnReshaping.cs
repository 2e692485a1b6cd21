using Godwit.Engine.Moves.Keyed;
using Godwit.Engine.Transforms;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Postgres.Sourcing.Catalog;

namespace Godwit.Postgres.Sourcing.Planning;

/// <summary>
/// A source's catalog as a move sees it that encrypts, indexes or hashes columns on the way, or leaves some out: made before anything is planned of it. What speaks of a column that changes stops
/// the plan, or stays behind by the mapping file's <c>drop</c>.
/// </summary>
internal sealed class ColumnReshaping(SchemaCatalog catalog, MapFile map, IReadOnlyList<ColumnDependent> dependents, SourceFindings findings)
{
    private const long Bytea = 17, Text = 25;

    /// <summary>New columns stand after all others.</summary>
    private const int FirstNew = 10_000;

    private readonly HashSet<(long Table, string Name)> _constraints = [];
    private readonly HashSet<long> _indexes = [];
    private readonly Dictionary<string, string> _views = new(StringComparer.Ordinal);

    public static bool IsAsked(MapFile map) => map.Tables.Any(t => t.Columns.Any(c => c.Transform is not null || c.LeaveOut));

    public SchemaCatalog Apply()
    {
        if (!IsAsked(map)) return catalog;
        var said = map.Tables.Select(t => (Map: t, Table: catalog.FindTable(t.Name))).Where(t => t.Table is not null).DistinctBy(t => t.Table!.Id).ToDictionary(t => t.Table!.Id, t => t.Map);
        var tables = catalog.Tables.Select(t => said.TryGetValue(t.Id, out var of) && IsAsked(new MapFile([of])) ? Apply(t, of) : t).ToList();
        return catalog with
        {
            Tables = tables,
            Constraints = [.. catalog.Constraints.Where(k => !_constraints.Contains((k.Table, k.Name)))],
            Indexes = [.. catalog.Indexes.Where(i => !_indexes.Contains(i.Id))],
            Items = [.. catalog.Items.Select(i => _views.TryGetValue(i.Node, out var why) ? i with { Sql = null, Why = why } : i)],
            Comments = [.. catalog.Comments.Where(c => !IsGone(tables, c))],
        };
    }

    private CatalogTable Apply(CatalogTable table, TableMap map)
    {
        var columns = new List<CatalogColumn>();
        var leftOut = new List<string>();
        if (table.IsPartitioned || table.IsPartition)
            findings.Add(Finding.Error(FindingCodes.TransformRefused, $"Table {table.Name} is partitioned, or a partition: its columns go over as they are", map.Place, "Fill the new columns after the move, by a backfill."));
        foreach (var column in table.Columns)
        {
            var said = map.Columns.FirstOrDefault(c => c.Name == column.Name) ?? (table.Columns.Any(o => o != column && o.Name.Equals(column.Name, StringComparison.OrdinalIgnoreCase)) ? null : map.Column(column.Name));
            if (said is null or { Transform: null, LeaveOut: false })
            {
                columns.Add(column);
                continue;
            }
            Detach(table, column, said);
            if (said.LeaveOut) leftOut.Add(column.Name);
            else if (Made(table, column, said) is { } made) columns.Add(made);
        }
        var next = FirstNew;
        foreach (var said in map.Columns.Where(c => c.Transform is not null && !table.Columns.Any(o => o.Name.Equals(c.Name, StringComparison.OrdinalIgnoreCase))))
        {
            if (Made(table, new CatalogColumn(table.Id, next++, said.Name, Bytea, "", NotNull: false, "", "", null, null, null), said) is { } made) columns.Add(made);
        }
        return table with { Columns = columns, LeftOut = leftOut };
    }

    private CatalogColumn? Made(CatalogTable table, CatalogColumn column, ColumnMap said)
    {
        var inputs = said.Transform!.Inputs.Select(name => table.Columns.FirstOrDefault(c => c.Name == name)).ToList();
        foreach (var missing in said.Transform.Inputs.Where((_, i) => inputs[i] is null))
            Refuse(table, said, $"is made of {missing}, which the table does not have", $"Name a column by `from`: {string.Join(", ", table.Columns.Select(c => c.Name))}.");
        if (column.Identity.Length > 0 || column.Generated.Length > 0) Refuse(table, said, "is an identity or computed by the database, and cannot be transformed", "Make a new column of it beside.");
        if (inputs.Contains(null)) return null;
        var isText = MoveTransforms.Bind(said.Transform).Output == TransformOutput.Text;
        return column with
        {
            Type = isText ? Text : Bytea,
            TypeText = isText ? "text" : "bytea",
            Expression = null,
            CollationSchema = null,
            CollationName = null,
            Transform = said.Transform with { Result = isText ? Godwit.Model.Values.TargetType.Text : Godwit.Model.Values.TargetType.Bytea },
            Inputs = [.. inputs.Select(i => IsBytes(i!) ? "bytea" : i!.TypeText)],
        };
    }

    private bool IsBytes(CatalogColumn column)
    {
        var type = catalog.Types.Of(column.Type);
        while (type.Base != 0) type = catalog.Types.Of(type.Base);
        return type.Id == Bytea;
    }

    /// <summary>Whatever speaks of a column that changes.</summary>
    private void Detach(CatalogTable table, CatalogColumn column, ColumnMap said)
    {
        var why = said.LeaveOut ? "left out" : "transformed";
        foreach (var dependent in dependents.Where(d => d.Table == table.Id && d.Column == column.Number && d.Kind != "own"))
        {
            // Also a key of the bare column: whether it holds of bytes in another type, nobody has looked.
            Dependents? kind = dependent.Kind switch
            {
                "p" or "u" or "x" => Dependents.Keys,
                "c" => Dependents.Checks,
                "f" => Dependents.ForeignKeys,
                "index" => Dependents.Indexes,
                "default" => Dependents.Defaults,
                _ => null,
            };
            if (dependent.Kind == "view")
            {
                _views[CatalogNeeds.Relation(dependent.Owner)] = $"it speaks of {column.Name} of {table.Name}, which is {why}";
                continue;
            }
            var dropped = kind is { } word && said.Drop.Contains(word);
            var finding = Finding.Error(
                FindingCodes.SpeaksOfRaw, $"The {dependent.Text} speaks of {column.Name} of {table.Name}, which is {why}.", new Place.InTable(table.Name, Column: column.Name),
                kind is null ? "Change it at the source, or move the column as it is." : $"`drop: [{Engine.Mapping.MapWords.Of(kind.Value)}]` of the column in the mapping file goes without it.");
            if (dropped) findings.Drop(finding, Engine.Mapping.MapWords.Of(kind!.Value), dependent.Text);
            else findings.Add(finding);
            if (dependent.Kind == "index") _indexes.Add(dependent.Owner);
            else if (dependent.Name.Length > 0) _constraints.Add((dependent.Owner, dependent.Name));
        }
    }

    private bool IsGone(List<CatalogTable> tables, CatalogComment comment) =>
        comment.Column is { } column && tables.Any(t => CatalogNeeds.Relation(t.Id) == comment.Node && t.LeftOut.Any(c => catalog.Quoting.Of(c) == column));

    private void Refuse(CatalogTable table, ColumnMap said, string why, string remedy) =>
        findings.Add(Finding.Error(FindingCodes.TransformRefused, $"Column \"{said.Name}\" of table \"{table.Name}\" {why}", said.Place, remedy));
}
