using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Values;
using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Planning;

/// <summary>Primary keys and UNIQUE constraints.</summary>
internal sealed class KeyPlanning(PlanContext context, ConstraintNaming naming)
{
    public void Plan(TableDraft table)
    {
        PlanPrimaryKey(table);
        foreach (var index in table.Source.Indexes.Where(i => i.Origin == IndexOrigin.Unique)) PlanUnique(table, index);
    }

    private void PlanPrimaryKey(TableDraft table)
    {
        var columns = table.Source.PrimaryKey.Distinct().ToList();
        if (columns.Count == 0 || IsRefused(table, columns, "primary key")) return;
        var written = KeySyntax.PrimaryKeyName(table.Syntax);
        if (HasNull(table, columns))
        {
            table.Uniques.Add(new KeyPlan(naming.Key(table, written, columns, "key"), columns));
        }
        else
        {
            table.PrimaryKey = new KeyPlan(naming.PrimaryKey(table, written), columns);
            foreach (var column in columns) table.Columns[column].NotNull = true;
        }
        if (table.Source.Indexes.FirstOrDefault(i => i.Origin == IndexOrigin.PrimaryKey) is not { } index) return;
        TellOwnCollation(table, index, "primary key");
        FindDuplicates(table, index);
        if (IsFolded(table, index)) AddFolded(table, index);
    }

    private void PlanUnique(TableDraft table, SourceIndex index)
    {
        var columns = index.Parts.Select(p => p.Column!.Value).ToList();
        if (table.PrimaryKey?.Columns.SequenceEqual(columns) == true && !IsFolded(table, index)) return;
        if (IsLeftOut(table, index, columns)) return;
        if (IsRefused(table, columns, "unique key")) return;
        TellOwnCollation(table, index, "unique key");
        FindDuplicates(table, index);
        var written = KeySyntax.UniqueName(table.Syntax, columns.ConvertAll(c => table.Columns[c].Source.Name));
        if (IsFolded(table, index))
        {
            AddFolded(table, index);
            if (!IsReferenced(table, columns)) return;
        }
        table.Uniques.Add(new KeyPlan(naming.Key(table, written, columns, "key"), columns));
    }

    private void FindDuplicates(TableDraft table, SourceIndex index) =>
        DuplicateKeys.Plan(context, table, index, [.. index.Parts.Select(p => table.Columns[p.Column!.Value].Source.Sql(table.Name))]);

    private bool IsLeftOut(TableDraft table, SourceIndex index, List<int> columns) => TransformRules.Stops(
        context, table.Source, [.. columns.Select(c => table.Source.Columns[c]).Where(c => c.IsBeyondIndexes)], Dependents.Keys, $"The unique key {index.Name}", "unique key", index.Name,
        KeySyntax.Text(table.Syntax, table.Source.Sql), "Without it PostgreSQL does not keep these rows unique.");

    private void AddFolded(TableDraft table, SourceIndex index)
    {
        var columns = index.Parts.Select(p => p.Column!.Value).ToList();
        table.Uniques.Add(new KeyPlan(naming.Key(table, written: null, columns, "folded_key"), columns)
        {
            Expressions = [.. index.Parts.Select(p => KeyParts.Expression(table.Columns[p.Column!.Value], p.Collation))],
        });
    }

    /// <summary>A collation that the application registers decides what is unique in a way that nobody but the application knows.</summary>
    private void TellOwnCollation(TableDraft table, SourceIndex index, string kind)
    {
        foreach (var part in index.Parts.Where(p => KeyParts.IsUnknown(p.Collation)))
        {
            var column = table.Columns[part.Column!.Value].Source.Name;
            _ = context.Findings.AcceptsLoss(
                Finding.Error(FindingCodes.ExpressionNotTranslated, $"The {kind} of {table.Name} compares {column} by the application's own collation {part.Collation}.",
                    new Place.InTable(table.Name, Column: column), "Accepted, the key compares exactly.", table.Source.Sql),
                "collation", $"{part.Collation} of {table.Name}.{column}");
        }
    }

    private static bool IsFolded(TableDraft table, SourceIndex index) =>
        index.Parts.Any(p => KeyParts.IsFolded(table.Columns[p.Column!.Value], p.Collation));

    /// <summary>Whether a foreign key points at these columns: PostgreSQL wants a unique index over the bare columns then.</summary>
    public bool IsReferenced(TableDraft table, IReadOnlyCollection<int> columns) =>
        context.Tables.SelectMany(t => t.Source.ForeignKeys).Any(k =>
            SqliteNames.Same(k.Parent, table.Name) && k.ParentColumns is { } names && names.Select(table.Source.FindColumn).ToHashSet().SetEquals(columns));

    private bool HasNull(TableDraft table, List<int> columns)
    {
        if (table.Source.RowIdAlias is not null || columns.TrueForAll(c => table.Columns[c].Nulls == 0)) return false;
        var rows = RowQuestion.Ask(context.Connection, table.Source, string.Join(" OR ", columns.Select(c => table.Columns[c].BecomesNull(table.Source))));
        if (rows.Total == 0) return false;
        _ = context.Findings.Accepts(rows.Locate(Finding.Error(
            FindingCodes.NullInPrimaryKey,
            $"{rows.Counted(table.Name, "holds", "hold")} NULL in the primary key, which SQLite allows and PostgreSQL does not.",
            new Place.InTable(table.Name, Column: string.Join(", ", columns.Select(c => table.Columns[c].Source.Name))),
            "Fill them in, or accept that the key becomes UNIQUE instead of PRIMARY KEY.")));
        return true;
    }

    private bool IsRefused(TableDraft table, List<int> columns, string kind)
    {
        var drafts = columns.ConvertAll(c => table.Columns[c]);
        var names = string.Join(", ", drafts.Select(c => c.Source.Name));
        var place = new Place.InTable(table.Name, Column: names);
        if (drafts.Exists(c => c.Type.Name == TypeName.Json))
        {
            context.Findings.Add(Finding.Error(FindingCodes.MapFile, $"The {kind} of {table.Name} would be of type json, which PostgreSQL cannot compare.", place,
                "Map the column to text."));
            return true;
        }
        if (columns.Count > KeyBytes.MaximumParts)
        {
            return context.Findings.AcceptsLoss(
                Finding.Error(FindingCodes.IndexKeyTooLong, $"The {kind} of {table.Name} has {columns.Count} columns; PostgreSQL's have at most {KeyBytes.MaximumParts}.",
                    new Place.InTable(table.Name), "Without it PostgreSQL does not keep these rows unique.", KeySyntax.Text(table.Syntax, table.Source.Sql)),
                kind, table.Name);
        }
        if (KeyBytes.FindTooLong(context, table, drafts, expressions: []) is not { } rows) return false;
        // Where the key is what is too long, it is too long to be shown as well.
        var finding = rows.Locate(Finding.Error(
            FindingCodes.IndexKeyTooLong, $"{rows.Counted(table.Name, "has", "have")} a {kind} ({names}) of more than {KeyBytes.Limit} bytes.",
            place, "PostgreSQL's B-tree holds no longer one.", KeySyntax.Text(table.Syntax, table.Source.Sql))) with { Value = null };
        // Where it is not accepted there is no plan, and what refers to the key should not be told as well.
        return context.Findings.AcceptsLoss(finding, kind, table.Name);
    }
}
