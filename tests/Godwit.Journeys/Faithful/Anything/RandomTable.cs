using System.Globalization;
using System.Text;

namespace Godwit.Journeys.Faithful.Anything;

/// <summary>A table made by chance from a seed: declared types, a key or none, and rows whose values keep, column by column, to what goes over.</summary>
internal sealed class RandomTable
{
    private static readonly string[] DeclaredTypes =
    [
        "INTEGER", "INT", "BIGINT", "TINYINT(1)", "REAL", "DOUBLE PRECISION", "FLOAT", "TEXT", "VARCHAR(20)", "CLOB", "BLOB", "NUMERIC", "DECIMAL(12,3)", "BOOLEAN", "DATE",
        "DATETIME", "TIME", "UUID", "JSON", "STRING", "FLOATING POINT", "",
    ];

    private readonly Random _random;
    private readonly List<RandomColumn> _columns;

    public RandomTable(int seed)
    {
        _random = new Random(seed);
        _columns = [.. Enumerable.Range(0, _random.Next(1, 9)).Select(i => new RandomColumn(_random, NameOf(i), DeclaredTypes[_random.Next(DeclaredTypes.Length)]))];
        Key = (RandomKey)_random.Next(5);
        if (Key is RandomKey.Text or RandomKey.WithoutRowId) _columns.Insert(_random.Next(_columns.Count + 1), new RandomColumn(_random, "the key", "TEXT") { IsKey = true });
        if (Key == RandomKey.RowId) _columns.Insert(_random.Next(_columns.Count + 1), new RandomColumn(_random, "id", "INTEGER") { IsKey = true });
        if (Key == RandomKey.Composite) _columns.InsertRange(0, [new RandomColumn(_random, "k1", "INTEGER") { IsKey = true }, new RandomColumn(_random, "k2", "TEXT") { IsKey = true }]);
        Rows = [.. Enumerable.Range(0, _random.Next(4) == 0 ? 0 : _random.Next(1, 200)).Select(Row)];
    }

    public RandomKey Key { get; }

    public IReadOnlyList<object?[]> Rows { get; }

    public IReadOnlyList<string> Columns => [.. _columns.Select(c => c.Name)];

    public string Create
    {
        get
        {
            var columns = _columns.Select(c => $"\"{c.Name}\" {c.Declared}{(Key == RandomKey.RowId && c.IsKey ? " PRIMARY KEY" : "")}");
            var keys = _columns.Where(c => c.IsKey).Select(c => $"\"{c.Name}\"");
            var constraint = Key is RandomKey.Text or RandomKey.WithoutRowId or RandomKey.Composite ? $", PRIMARY KEY ({string.Join(", ", keys)})" : "";
            return $"CREATE TABLE t ({string.Join(", ", columns)}{constraint}){(Key == RandomKey.WithoutRowId ? " WITHOUT ROWID" : "")}";
        }
    }

    public override string ToString() => $"{Create} with {Rows.Count} rows";

    private object?[] Row(int number) => [.. _columns.Select((c, i) => c.IsKey ? KeyValue(c, number, i) : c.Next())];

    private static object KeyValue(RandomColumn column, int number, int position) => column.Declared == "INTEGER"
        ? (long)number * 7919 * (number % 2 == 0 ? 1 : -1) + position
        : $"{number.ToString(CultureInfo.InvariantCulture)} é{new string('k', number % 40)}";

    private static string NameOf(int index) => index switch
    {
        0 => "plain",
        1 => "Mixed Case",
        2 => "select",
        _ => new StringBuilder("ö").Append(index).ToString(),
    };
}

internal enum RandomKey
{
    None,
    RowId,
    Text,
    Composite,
    WithoutRowId,
}
