using Godwit.Engine.Transforms;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Names;
using Godwit.Security.Keyring;

namespace Godwit.Engine.Moves.Keyed;

/// <summary>Moves some of whose columns are made with keys of the target's keyring.</summary>
public static class KeyedMoves
{
    public static bool IsKeyed(TablePlan table) => table.Columns.Any(c => c.Transform is { } t && IsKeyed(t));

    public static bool IsKeyed(ColumnTransform transform) => KeyedMoveColumn.IsKeyed(transform);

    /// <summary>Whether a column's values give nothing back, so that there is nothing to decode.</summary>
    public static bool IsOneWay(ColumnPlan column) => column.Transform is { } t && IsKeyed(t) && !KeyedMoveColumn.Read(t).IsEncrypted;

    /// <summary>The function from what a keyed column is made of to what stands in its place until it is encrypted or hashed.</summary>
    public static TransformFunction Plain(ColumnTransform transform) => PlainValue.Of(transform);

    /// <summary>What keys a move needs.</summary>
    public static IReadOnlyList<KeyPurpose> Purposes(MovePlan plan) => Purposes(MoveTransforms.Of(plan));

    public static IReadOnlyList<KeyPurpose> Purposes(IEnumerable<ColumnTransform> transforms) => [.. transforms.Where(IsKeyed).Select(t => KeyedMoveColumn.Read(t).Purpose).Distinct()];

    /// <summary>Columns whose values name keys, of a plan's tables.</summary>
    public static IEnumerable<(TablePlan Table, ColumnPlan Column, KeyPurpose Purpose)> Columns(MovePlan plan) =>
        plan.Tables.SelectMany(t => KeyedMoveColumn.In(t).Select(c => (t, t.Columns[c.Place], c.Purpose)));

    /// <summary>What stands against a plan's keyed columns: rows without a key to be bound to, keys and references over what is another value each time, a quarantine.</summary>
    public static IReadOnlyList<Finding> Check(MovePlan plan)
    {
        var findings = new List<Finding>();
        foreach (var table in plan.Tables.Where(IsKeyed))
        {
            foreach (var column in KeyedMoveColumn.In(table)) findings.AddRange(Check(plan, table, column));
            if (table.Quarantine is not null)
            {
                findings.Add(Finding.Error(
                    FindingCodes.TransformRefused, $"Rows of table {table.SourceName} would go to quarantine as they are, with what is to be encrypted or hashed in plain", new Place.InTable(table.SourceName),
                    "Correct those rows in the source, or leave --quarantine out and see which they are."));
            }
        }
        return findings;
    }

    /// <summary>Why a live move makes no such columns.</summary>
    public static IReadOnlyList<Finding> RefuseLive(MovePlan plan) =>
    [
        .. Columns(plan).Select(c => Finding.Error(
            FindingCodes.TransformRefused,
            $"Column \"{c.Column.SourceName}\" of table \"{c.Table.SourceName}\" is made by {c.Column.Transform!.Kind}, and the source is written to meanwhile: what is written after the cut-over would have to come back plain, and no trigger has a key",
            new Place.InTable(c.Table.SourceName, Column: c.Column.SourceName), "Move it plain and fill the new column with a backfill, or move without `live`.")),
    ];

    /// <summary>Indexes of columns by their names at the target; those that are not there are left out.</summary>
    internal static IReadOnlyList<int> PlacesOf(TablePlan table, IReadOnlyList<string> names) =>
        [.. names.Select(n => table.Columns.ToList().FindIndex(c => c.TargetName == n)).Where(i => i >= 0)];

    private static IEnumerable<Finding> Check(MovePlan plan, TablePlan table, KeyedMoveColumn column)
    {
        var name = table.Columns[column.Place].TargetName;
        var place = new Place.InTable(table.SourceName, Column: table.Columns[column.Place].SourceName);
        if (plan.Tables.Any(t => t.ForeignKeys.Any(k => (t == table && k.Columns.Contains(column.Place)) || (k.Parent == table.TargetName && k.ParentColumns.Contains(name)))))
            yield return Refused("a foreign key joins it, and the other end would be under another key after a rotation", "`drop: [foreign-keys]` of the column goes without it.");
        if (!column.IsEncrypted) yield break;
        var keys = new[] { table.PrimaryKey }.OfType<KeyPlan>().Concat(table.Uniques).ToList();
        if (keys.Exists(k => k.Columns.Contains(column.Place)) || table.Indexes.Any(i => i.Unique && i.KeySql.Contains(TargetName.Quote(name), StringComparison.Ordinal)))
            yield return Refused("it is part of a key, and equal values have other ciphertexts each time", "Keep the key on a column of blind_index.");
        var row = PlacesOf(table, column.Row);
        if (row.Count < column.Row.Count)
        {
            yield return Refused($"its row's key names {string.Join(", ", column.Row.Where(n => table.Columns.All(c => c.TargetName != n)))}, which the table at the target does not have", $"Its columns are {string.Join(", ", table.Columns.Select(c => c.TargetName))}.");
            yield break;
        }
        foreach (var part in row.Select(r => table.Columns[r]))
        {
            if (part.Transform is { } transform && IsKeyed(transform)) yield return Refused($"its row's key has {part.TargetName}, which is made with a key itself", "Name the columns of the primary key.");
            else if (part.GeneratedSql is not null) yield return Refused($"its row's key has {part.TargetName}, which the target computes", "Name the columns of the primary key.");
            else if (!RowKeyColumn.Takes(part)) yield return Refused($"its row's key has {part.TargetName} of type {part.Type.Sql}", "A row's key is of whole numbers, UUIDs, text or bytea.");
        }
        // Two rows of one key could change their values with each other, and a row whose key may be NULL has none.
        if (!keys.Exists(k => k.Expressions is null && k.Columns.Count > 0 && k.Columns.All(row.Contains) && (k == table.PrimaryKey || k.Columns.All(c => table.Columns[c].NotNull))))
            yield return Refused(keys.Count == 0 ? "the table has no key that would tell its rows apart" : $"{string.Join(", ", column.Row)} {(column.Row.Count == 1 ? "is" : "are")} no key of the table", "`row` names the columns of its primary key, or of a unique constraint over columns that are NOT NULL.");

        Finding Refused(string why, string remedy) =>
            Finding.Error(FindingCodes.TransformRefused, $"Column \"{place.Column}\" of table \"{table.SourceName}\" cannot be made by {column.Kind}: {why}", place, remedy);
    }
}
