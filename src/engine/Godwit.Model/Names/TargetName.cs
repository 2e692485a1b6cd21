namespace Godwit.Model.Names;

/// <summary>Names in PostgreSQL's SQL (https://www.postgresql.org/docs/current/sql-syntax-lexical.html).</summary>
public static class TargetName
{
    /// <summary>Bytes of UTF-8 that PostgreSQL keeps of a name (NAMEDATALEN - 1).</summary>
    public const int MaximumBytes = 63;

    /// <summary>Always quoted: the name stands exactly so, reserved word or not.</summary>
    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"")}\"";

    public static string Qualify(string schema, string name) => $"{Quote(schema)}.{Quote(name)}";

    /// <summary>A string constant; standard_conforming_strings is on, so only the quote is special.</summary>
    public static string Literal(string text) => $"'{text.Replace("'", "''")}'";
}
