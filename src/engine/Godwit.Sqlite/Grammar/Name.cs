namespace Godwit.Sqlite.Grammar;

/// <summary>How a name was written. A name in double quotes that names nothing is a string to SQLite (https://sqlite.org/quirks.html section 8).</summary>
public enum Quoting
{
    None,

    /// <summary><c>"x"</c></summary>
    Double,

    /// <summary><c>[x]</c></summary>
    Bracket,

    /// <summary><c>`x`</c></summary>
    Backtick,

    /// <summary><c>'x'</c>: a string where the grammar wants a name.</summary>
    Single,
}

/// <summary>An identifier without its quotes.</summary>
public sealed record Name(string Text, Quoting Quoting = Quoting.None) : Node
{
    /// <summary>Whether SQLite takes it for the same name: without case in ASCII only.</summary>
    public bool Matches(string other) => SqliteNames.Same(Text, other);

    public override string ToString() => Text;
}

/// <summary>How SQLite compares names: A-Z without case, everything else byte for byte (sqlite3StrICmp).</summary>
public static class SqliteNames
{
    public static bool Same(string left, string right)
    {
        if (left.Length != right.Length) return false;
        for (var i = 0; i < left.Length; i++)
            if (Fold(left[i]) != Fold(right[i])) return false;
        return true;
    }

    public static string Fold(string name) => string.Create(name.Length, name, static (span, text) =>
    {
        for (var i = 0; i < span.Length; i++) span[i] = Fold(text[i]);
    });

    public static IEqualityComparer<string> Comparer { get; } =
        EqualityComparer<string>.Create((a, b) => a is null || b is null ? ReferenceEquals(a, b) : Same(a, b), name => Fold(name).GetHashCode(StringComparison.Ordinal));

    private static char Fold(char c) => c is >= 'A' and <= 'Z' ? (char)(c | 0x20) : c;
}
