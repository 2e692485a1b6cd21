using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Values;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Planning;

/// <summary>Foreign keys: what they point at, whether PostgreSQL can hold them, and which rows point nowhere. Runs after the keys of all tables.</summary>
internal sealed class ForeignKeyPlanning(PlanContext context, ConstraintNaming naming)
{
    /// <summary>What the parent is called in a question; no table's name begins so (https://sqlite.org/lang_createtable.html).</summary>
    private const string ParentAlias = "sqlite_parent";

    private readonly List<(TableDraft Table, int At, SourceForeignKey Key, TableDraft Parent, IReadOnlyList<int> ParentColumns)> _made = [];

    public void Plan(TableDraft table)
    {
        var syntax = ForeignKeySyntax.Of(table.Syntax);
        for (var i = 0; i < table.Source.ForeignKeys.Count; i++)
        {
            var key = table.Source.ForeignKeys[i];
            Plan(table, key, i < syntax.Count ? syntax[i] : null);
        }
    }

    private void Plan(TableDraft table, SourceForeignKey key, ForeignKeySyntax? syntax)
    {
        var parent = context.FindTable(key.Parent);
        var parentColumns = parent is null ? [] : ParentColumns(parent.Source, key);
        if (key.IsSevered)
        {
            Sever(table, key, parent, parentColumns ?? [], syntax);
            return;
        }
        if (Obstacle(table, key, parent, parentColumns) is { } obstacle)
        {
            _ = context.Findings.AcceptsLoss(
                Finding.Error(FindingCodes.ForeignKeyNotMoved, $"The foreign key of {table.Name} ({Columns(table, key)}) to {key.Parent} cannot be made: {obstacle}",
                    new Place.InTable(table.Name, Column: Columns(table, key)), "Without it nothing keeps these rows together.",
                    syntax is null ? table.Source.Sql : KeySyntax.Text(syntax.Node, table.Source.Sql)),
                "foreign key", $"of {table.Name} ({Columns(table, key)})", table.Name);
            return;
        }
        table.ForeignKeys.Add(new ForeignKeyPlan
        {
            Name = naming.Plain(table, syntax?.Name, [table.TargetName, .. key.Columns.Select(c => table.Columns[c].TargetName), "fkey"]),
            Columns = key.Columns,
            Parent = parent!.TargetName,
            ParentColumns = [.. parentColumns!.Select(c => parent.Columns[c].TargetName)],
            OnDelete = key.OnDelete,
            OnUpdate = key.OnUpdate,
            InitiallyDeferred = syntax?.Clause.IsDeferred == true,
        });
        _made.Add((table, table.ForeignKeys.Count - 1, key, parent, parentColumns!));
    }

    private void Sever(TableDraft table, SourceForeignKey key, TableDraft? parent, IReadOnlyList<int> parentColumns, ForeignKeySyntax? syntax)
    {
        var ends = key.Columns.Select(c => (Table: table, Column: table.Source.Columns[c])).Concat(parentColumns.Select(c => (Table: parent!, Column: parent!.Source.Columns[c])))
            .Where(e => e.Column.IsChanged).ToList();
        var text = syntax is null ? table.Source.Sql : KeySyntax.Text(syntax.Node, table.Source.Sql);
        var name = $"of {table.Name} ({Columns(table, key)})";
        var finding = Finding.Error(
            FindingCodes.SpeaksOfRaw,
            $"The foreign key of {table.Name} ({Columns(table, key)}) to {key.Parent} cannot be made: {string.Join(", ", ends.Select(e => $"{e.Table.Name}.{e.Column.Name}").Distinct())} {(ends.Count == 1 ? "is" : "are")} transformed or left out, and not both ends in the same way.",
            new Place.InTable(table.Name, Column: Columns(table, key)), $"Give both ends the same transform with the same parameters, or `drop: [{Engine.Mapping.MapWords.Of(Dependents.ForeignKeys)}]` of each transformed end in the mapping file goes without it.", text);
        if (ends.All(e => context.Options.Map.Column(e.Table.Name, e.Column.Name)?.Drop.Contains(Dependents.ForeignKeys) == true))
        {
            finding = finding with { Severity = Severity.Warning, Remedy = "The mapping file drops it." };
            context.Findings.Add(finding);
            context.Findings.LeaveBehind(finding, "foreign key", name);
            return;
        }
        _ = context.Findings.AcceptsLoss(finding, "foreign key", name, table.Name);
    }

    /// <summary>Looks for rows that point nowhere, once all keys are planned and it is known which rows go to quarantine: those point at nothing any more.</summary>
    /// <param name="quarantined">Numbers of a table's rows in quarantine, or null.</param>
    public void FindOrphans(Func<string, IReadOnlySet<long>?> quarantined)
    {
        foreach (var (table, at, key, parent, parentColumns) in _made)
        {
            if (HasOrphans(table, key, parent, parentColumns, quarantined(table.Name))) table.ForeignKeys[at] = table.ForeignKeys[at] with { Validate = false };
        }
    }

    /// <summary>Indexes of the parent's columns; null when the key names one that is not there, or counts differently from the primary key.</summary>
    internal static IReadOnlyList<int>? ParentColumns(SourceTable parent, SourceForeignKey key)
    {
        var columns = key.ParentColumns is { } names ? [.. names.Select(parent.FindColumn)] : parent.PrimaryKey;
        return columns.Count == key.Columns.Count && columns.All(c => c >= 0) ? columns : null;
    }

    private string? Obstacle(TableDraft table, SourceForeignKey key, TableDraft? parent, IReadOnlyList<int>? parentColumns)
    {
        if (parent is null) return context.Source.FindTable(key.Parent) is null ? "there is no such table." : "that table is not moved.";
        if (parentColumns is null) return "it does not name columns that are there.";
        if (!parent.IsUnique([.. parentColumns])) return "nothing keeps the columns it points at unique.";
        foreach (var (child, column) in key.Columns.Zip(parentColumns, (c, p) => (table.Columns[c], parent.Columns[p])))
        {
            if (!AreComparable(child.Type.Name, column.Type.Name)) return $"{child.Source.Name} is {child.Type} and {column.Source.Name} is {column.Type}.";
        }
        var isGenerated = key.Columns.Any(c => table.Columns[c].GeneratedSql is not null);
        return isGenerated && (key.OnDelete is "SET NULL" or "SET DEFAULT" || key.OnUpdate is "SET NULL" or "SET DEFAULT" or "CASCADE")
            ? "its actions would write to a generated column." : null;
    }

    private static bool AreComparable(TypeName child, TypeName parent) =>
        child == parent || (IsWhole(child) && IsWhole(parent)) || (IsCharacters(child) && IsCharacters(parent));

    private static bool IsWhole(TypeName type) => type is TypeName.Smallint or TypeName.Integer or TypeName.Bigint;

    private static bool IsCharacters(TypeName type) => type is TypeName.Text or TypeName.Varchar;

    /// <summary>Rows without a parent. Where orphans are accepted the key stays NOT VALID.</summary>
    private bool HasOrphans(TableDraft table, SourceForeignKey key, TableDraft parent, IReadOnlyList<int> parentColumns, IReadOnlySet<long>? quarantined)
    {
        var pairs = key.Columns.Zip(parentColumns, (c, p) => (Child: table.Columns[c], Parent: parent.Columns[p])).ToList();
        var present = string.Join(" AND ", pairs.Select(p => $"NOT ({p.Child.BecomesNull(table.Source)})"));
        var joined = string.Join(" AND ", pairs.Select(p => Match(table, p.Child, p.Parent)));
        var rows = RowQuestion.Ask(context.Connection, table.Source,
            $"{present} AND NOT EXISTS (SELECT 1 FROM main.{SqliteName.Quote(parent.Name)} AS {SqliteName.Quote(ParentAlias)} WHERE {joined})", quarantined);
        if (rows.Total == 0) return false;
        _ = context.Findings.Accepts(rows.Locate(Finding.Error(
            FindingCodes.Orphan, $"{rows.Counted(table.Name, "points", "point")} at rows of {parent.Name} that are not there.",
            new Place.InTable(table.Name, Column: Columns(table, key)), "Mend or delete them, or accept that the key stays NOT VALID.")), parent.Name);
        return true;
    }

    /// <summary>
    /// Equal as PostgreSQL will see it. The first comparison is SQLite's own and finds the index of the parent's key; the second leaves out what is equal
    /// only without case, or only because the two columns' affinities bend the value.
    /// </summary>
    private static string Match(TableDraft table, ColumnDraft child, ColumnDraft parent)
    {
        var left = SqliteName.Qualify(ParentAlias, parent.Source.Name);
        var right = SqliteName.Qualify(table.Name, child.Source.Name);
        // Both ends go through one function, so what is equal before is equal after; text that only an affinity makes equal is not.
        if (parent.Source.Transform is not null) return $"{left} = {right} AND CAST({left} AS TEXT) = CAST({right} AS TEXT) COLLATE BINARY";
        if (!parent.Type.IsText) return $"{left} = {right}";
        // SQLite cannot compare by a collation that only the application brings along.
        if (KeyParts.IsUnknown(parent.Source.Collation)) return $"{left} = {right} COLLATE BINARY";
        if (child.Affinity == parent.Affinity) return $"{left} = {right} AND {left} = {right} COLLATE BINARY";
        // An index serves a comparison only when the column's own affinity is the one that compares.
        var bent = parent.Affinity switch { Affinity.Text => $"CAST({right} AS TEXT)", Affinity.Blob => "+" + right, _ => right };
        return $"{left} = {bent} AND CAST({left} AS TEXT) = CAST({right} AS TEXT) COLLATE BINARY";
    }

    private static string Columns(TableDraft table, SourceForeignKey key) => string.Join(", ", key.Columns.Select(c => table.Columns[c].Source.Name));
}
