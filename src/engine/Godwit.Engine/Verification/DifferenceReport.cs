using System.Security.Cryptography;
using System.Text;
using Godwit.Model.Findings;
using Godwit.Model.Moves;

namespace Godwit.Engine.Verification;

/// <summary>Pairs rows that differ by their key and says what is the matter with each, in terms of table, row and columns, never of values.</summary>
internal static class DifferenceReport
{
    private const string Remedy = "Look at the row on both sides; something has written to the target since the copy.";

    public static IEnumerable<Finding> Write(TablePlan table, IReadOnlyList<DifferingRow> source, IReadOnlyList<DifferingRow> target)
    {
        var keyed = table.KeyColumns.Count > 0;
        var unpaired = new Dictionary<string, Queue<DifferingRow>>(StringComparer.Ordinal);
        foreach (var row in target)
        {
            if (!unpaired.TryGetValue(row.Key, out var rows)) unpaired[row.Key] = rows = new Queue<DifferingRow>();
            rows.Enqueue(row);
        }
        foreach (var row in source)
        {
            if (keyed && unpaired.TryGetValue(row.Key, out var rows) && rows.TryDequeue(out var other)) yield return Changed(table, row, other);
            else yield return Finding.Error(FindingCodes.RowMissing, "the row is at the source and not, or not so, at the target", PlaceOf(table, row), Remedy);
        }
        foreach (var row in unpaired.Values.SelectMany(rows => rows))
            yield return Finding.Error(FindingCodes.RowExtra, "the row is at the target and not, or not so often, at the source", PlaceOf(table, row), Remedy);
    }

    private static Finding Changed(TablePlan table, DifferingRow source, DifferingRow target)
    {
        var columns = Enumerable.Range(0, table.Columns.Count).Where(i => source.Fields[i] != target.Fields[i]).ToList();
        var names = string.Join(", ", columns.Select(i => table.Columns[i].SourceName));
        return Finding.Error(
            FindingCodes.RowsDiffer, $"the row differs in {(columns.Count == 1 ? "column" : "columns")} {names}", PlaceOf(table, source) with { Column = names }, Remedy);
    }

    /// <summary>Integer keys are names of rows and are shown; any other key is a value, and its digest stands for it.</summary>
    private static Place.InTable PlaceOf(TablePlan table, DifferingRow row)
    {
        var name = row.Integers is { } integers ? integers
            : row.RowNumber is { } number && (table.HasRowId || number > 0) ? (table.HasRowId ? $"{number}" : $"number {number} in key order")
            : table.KeyColumns.Count > 0 ? $"with the key whose SHA-256 begins {Digest(row.Key)}"
            : null;
        return new Place.InTable(table.SourceName, name);
    }

    private static string Digest(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.Latin1.GetBytes(key)).AsSpan(0, 6));
}
