using System.Text;
using Godwit.Sqlite.Native;

namespace Godwit.Bench.Data;

/// <summary>Eight tables that share the bytes, each with another mixture: what the bytes of a row cost.</summary>
internal static class WideData
{
    /// <summary>Bytes of the largest value; peak memory is judged by it.</summary>
    public const int LargestValue = 16_384;

    private sealed record Kind(string Type, Func<Numbers, object?> Make);

    /// <summary>Below 2^62: pgloader, which is compared, fails on a larger one.</summary>
    private static readonly Kind Integer = new("INTEGER", n => (long)(n.Next() >> (2 + n.Below(62))));
    private static readonly Kind Real = new("REAL", n => n.Below(1_000_000_000) / 1024.0);
    private static readonly Kind Word = new("TEXT", n => n.Text(12));
    private static readonly Kind Line = new("TEXT", n => n.Text(80));
    private static readonly Kind Paragraph = new("TEXT", n => n.Text(500));
    private static readonly Kind Page = new("TEXT", n => n.Text(4000));
    private static readonly Kind Thumbnail = new("BLOB", n => n.Bytes(300));
    private static readonly Kind Picture = new("BLOB", n => n.Bytes(LargestValue));
    private static readonly Kind Perhaps = new("TEXT", n => n.Below(2) == 0 ? null : n.Text(30));

    private static readonly (string Table, Kind[] Columns)[] Tables =
    [
        ("words", Repeat(Word, 20)),
        ("lines", Repeat(Line, 8)),
        ("paragraphs", [.. Repeat(Integer, 2), .. Repeat(Paragraph, 3)]),
        ("pages", [Word, Page]),
        ("pictures", [Word, Integer, Picture]),
        ("thumbnails", [Word, .. Repeat(Thumbnail, 3)]),
        ("measurements", [.. Repeat(Real, 16), .. Repeat(Integer, 16)]),
        ("mixture", [.. Repeat(Integer, 6), .. Repeat(Real, 6), .. Repeat(Perhaps, 6), Line, Thumbnail]),
    ];

    public static void Write(string path, long bytes)
    {
        using var file = new DataFile(path);
        foreach (var (table, columns) in Tables) Fill(file.Connection, table, columns, bytes / Tables.Length);
        file.Finish();
    }

    private static void Fill(SqliteConnection connection, string table, Kind[] columns, long bytes)
    {
        connection.Execute($"CREATE TABLE {table}(id INTEGER PRIMARY KEY, {string.Join(", ", columns.Select((c, i) => $"c{i + 1} {c.Type}"))})");
        using var insert = connection.Prepare($"INSERT INTO {table} VALUES (?1, {string.Join(", ", columns.Select((_, i) => $"?{i + 2}"))})");
        var numbers = new Numbers((ulong)table.Length);
        for (var id = 1L; bytes > 0; id++)
        {
            insert.Bind(1, id);
            for (var i = 0; i < columns.Length; i++)
            {
                var value = columns[i].Make(numbers);
                insert.Bind(i + 2, value);
                bytes -= value switch { string s => Encoding.UTF8.GetByteCount(s), byte[] b => b.Length, null => 0, _ => 8 };
            }

            insert.Step();
            insert.Reset();
        }
    }

    private static Kind[] Repeat(Kind kind, int times) => [.. Enumerable.Repeat(kind, times)];
}
