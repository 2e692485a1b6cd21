namespace Godwit.Sqlite.Schemas;

/// <summary>Names as SQLite compares them: ASCII letters without case, everything else exactly (https://sqlite.org/c3ref/stricmp.html).</summary>
public sealed class SqliteName : IEqualityComparer<string>
{
    public static readonly SqliteName Comparer = new();

    private SqliteName() { }

    public static bool Same(string left, string right)
    {
        if (left.Length != right.Length) return false;
        for (var i = 0; i < left.Length; i++)
        {
            if (left[i] != right[i] && Fold(left[i]) != Fold(right[i])) return false;
        }
        return true;
    }

    /// <summary>ASCII upper case to lower case.</summary>
    public static string Fold(string name) => string.Create(name.Length, name, static (span, n) =>
    {
        for (var i = 0; i < span.Length; i++) span[i] = Fold(n[i]);
    });

    /// <summary>The name between double quotes, for a statement that SQLite runs.</summary>
    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"")}\"";

    private static char Fold(char c) => c is >= 'A' and <= 'Z' ? (char)(c | 0x20) : c;

    bool IEqualityComparer<string>.Equals(string? x, string? y) => x is null ? y is null : y is not null && Same(x, y);

    int IEqualityComparer<string>.GetHashCode(string obj) => Fold(obj).GetHashCode(StringComparison.Ordinal);
}
