using System.Buffers.Binary;
using System.Text;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Values;

namespace Godwit.Engine.Verification;

/// <summary>A row that one side has and the other has not.</summary>
/// <param name="RowNumber">The source's row number; null for a row of the target.</param>
/// <param name="Image">The row's fields; null for a row too large to hold.</param>
internal sealed record DifferingRow(long? RowNumber, byte[]? Image);

/// <summary>Pairs rows that differ by their key and says what is the matter with each, in terms of table, row and columns, never of values.</summary>
internal static class DifferenceReport
{
    public static IEnumerable<Finding> Write(TablePlan table, IReadOnlyList<DifferingRow> source, IReadOnlyList<DifferingRow> target)
    {
        var keyed = table.KeyColumns.Count > 0;
        var unpaired = new Dictionary<string, Queue<DifferingRow>>(StringComparer.Ordinal);
        foreach (var row in target.Where(r => keyed && r.Image is not null))
        {
            var key = KeyOf(table, row.Image!);
            if (!unpaired.TryGetValue(key, out var rows)) unpaired[key] = rows = new Queue<DifferingRow>();
            rows.Enqueue(row);
        }
        foreach (var row in source)
        {
            if (keyed && row.Image is not null && unpaired.TryGetValue(KeyOf(table, row.Image), out var rows) && rows.TryDequeue(out var other))
            {
                yield return Changed(table, row, other);
            }
            else
            {
                yield return Finding.Error(
                    FindingCodes.RowMissing, "the row is at the source and not, or not so, at the target", PlaceOf(table, row),
                    "Look at the row on both sides; something has written to the target since the copy.");
            }
        }
        var extra = keyed ? unpaired.Values.SelectMany(rows => rows).Concat(target.Where(r => r.Image is null)) : target;
        foreach (var row in extra)
        {
            var place = PlaceOf(table, row);
            yield return Finding.Error(
                FindingCodes.RowExtra, "the row is at the target and not, or not so often, at the source", place,
                "Look at the row on both sides; something has written to the target since the copy.");
        }
    }

    private static Finding Changed(TablePlan table, DifferingRow source, DifferingRow target)
    {
        var ours = Fields(source.Image!, table.Columns.Count);
        var theirs = Fields(target.Image!, table.Columns.Count);
        var columns = Enumerable.Range(0, table.Columns.Count).Where(i => !Same(source.Image!, ours[i], target.Image!, theirs[i])).ToList();
        var names = string.Join(", ", columns.Select(i => table.Columns[i].SourceName));
        var place = PlaceOf(table, source) with { Column = names };
        return Finding.Error(
            FindingCodes.RowsDiffer, $"the row differs in {(columns.Count == 1 ? "column" : "columns")} {names}", place,
            "Look at the row on both sides; something has written to the target since the copy.");
    }

    /// <summary>Integer keys are names of rows and are shown; any other key is a value, and its digest stands for it.</summary>
    private static Place.InTable PlaceOf(TablePlan table, DifferingRow row)
    {
        if (row.Image is not null && table.KeyColumns.Count > 0)
        {
            var fields = Fields(row.Image, table.Columns.Count);
            if (table.KeyColumns.All(k => table.Columns[k].Type.Name == TypeName.Bigint && fields[k].Length == 8))
            {
                var keys = table.KeyColumns.Select(k => BinaryPrimitives.ReadInt64BigEndian(row.Image.AsSpan(fields[k].Start)));
                return new Place.InTable(table.SourceName, string.Join(",", keys));
            }
        }
        var name = row.RowNumber is { } number ? (table.HasRowId ? $"{number}" : $"number {number} in key order")
            : row.Image is { } image && table.KeyColumns.Count > 0 ? $"with the key whose SHA-256 begins {Digest(KeyOf(table, image))}"
            : null;
        return new Place.InTable(table.SourceName, name);
    }

    private static string Digest(string key) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.Latin1.GetBytes(key)).AsSpan(0, 6));

    private static string KeyOf(TablePlan table, byte[] image)
    {
        var fields = Fields(image, table.Columns.Count);
        var key = new StringBuilder();
        foreach (var column in table.KeyColumns)
        {
            var (start, length) = fields[column];
            key.Append(length).Append(':').Append(Encoding.Latin1.GetString(image, start, Math.Max(length, 0)));
        }
        return key.ToString();
    }

    private static bool Same(byte[] left, (int Start, int Length) a, byte[] right, (int Start, int Length) b) =>
        a.Length == b.Length && (a.Length <= 0 || left.AsSpan(a.Start, a.Length).SequenceEqual(right.AsSpan(b.Start, b.Length)));

    private static (int Start, int Length)[] Fields(byte[] image, int count)
    {
        var fields = new (int Start, int Length)[count];
        var offset = 0;
        for (var i = 0; i < count; i++)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(image.AsSpan(offset));
            offset += 4;
            fields[i] = (offset, length);
            offset += Math.Max(length, 0);
        }
        return fields;
    }
}
