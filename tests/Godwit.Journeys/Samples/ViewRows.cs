using System.Globalization;
using Godwit.Journeys.Running;
using Godwit.Model.Values;
using Godwit.Sqlite.Native;

namespace Godwit.Journeys.Samples;

/// <summary>
/// A view's rows in a form that both sides share: a number as a double, everything else as text, a date as the text of its microseconds. Sorted by the
/// texts and then the numbers, so that rows of the same texts stand side by side however the last digit of a sum came out.
/// </summary>
internal static class ViewRows
{
    /// <summary>The two sides add the same doubles in different orders.</summary>
    private const double Tolerance = 1e-9;

    public static List<object?[]> OfSource(string file, string view)
    {
        using var connection = SqliteConnection.OpenForReading(file);
        using var statement = connection.Prepare($"SELECT * FROM \"{view}\"");
        var rows = new List<object?[]>();
        while (statement.Step()) rows.Add([.. Enumerable.Range(0, statement.ColumnCount).Select(i => Cell(statement, i))]);
        return Sorted(rows);
    }

    public static async Task<List<object?[]>> OfTargetAsync(Journey journey, string view) =>
        Sorted([.. (await journey.RowsAsync($"SELECT * FROM \"{view}\"")).Select(row => row.Select(Cell).ToArray())]);

    public static void AssertEqual(string view, List<object?[]> source, List<object?[]> target)
    {
        Assert.True(source.Count == target.Count, $"{view} has {source.Count} rows in SQLite and {target.Count} in PostgreSQL");
        foreach (var (ours, theirs) in source.Zip(target))
        {
            Assert.Equal(ours.Length, theirs.Length);
            Assert.All(ours.Zip(theirs), cell => Assert.True(Same(cell.First, cell.Second), $"{view}: {string.Join('|', ours)} in SQLite, {string.Join('|', theirs)} in PostgreSQL"));
        }
    }

    private static bool Same(object? left, object? right) => (left, right) switch
    {
        (double a, double b) => Math.Abs(a - b) <= Tolerance * Math.Max(1, Math.Abs(a)),
        _ => Equals(left, right),
    };

    private static object? Cell(SqliteStatement statement, int column) => statement.GetStorageClass(column) switch
    {
        StorageClass.Integer => (double)statement.GetInteger(column),
        StorageClass.Real => statement.GetReal(column),
        StorageClass.Text => Text(statement.GetText(column)),
        StorageClass.Blob => Convert.ToHexString(statement.GetBytes(column)),
        _ => null,
    };

    private static object? Cell(object? value) => value switch
    {
        long or int or short or decimal or double => Convert.ToDouble(value, CultureInfo.InvariantCulture),
        DateTime time => Text(time),
        byte[] bytes => Convert.ToHexString(bytes),
        null => null,
        _ => value.ToString(),
    };

    private static string Text(string text) =>
        DateTime.TryParseExact(text, ["yyyy-MM-dd", "yyyy-MM-dd HH:mm:ss.FFF"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? Text(time) : text;

    private static string Text(DateTime time) => time.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    private static List<object?[]> Sorted(IEnumerable<object?[]> rows) =>
        [.. rows.OrderBy(r => string.Join('\u0001', r.Where(c => c is not double)), StringComparer.Ordinal).ThenBy(r => r, Comparer<object?[]>.Create(CompareNumbers))];

    private static int CompareNumbers(object?[] left, object?[] right) =>
        left.Zip(right).Select(c => c is (double a, double b) ? a.CompareTo(b) : 0).FirstOrDefault(c => c != 0);
}
