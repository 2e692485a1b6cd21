using System.Globalization;
using System.Text;

namespace Godwit.Sqlite.Translation;

/// <summary>Names and literals as PostgreSQL reads them (https://www.postgresql.org/docs/15/sql-syntax-lexical.html).</summary>
internal static class PostgresText
{
    /// <summary>Bytes of a name (NAMEDATALEN - 1).</summary>
    public const int LongestName = 63;

    public static string Name(string name) => $"\"{name.Replace("\"", "\"\"")}\"";

    public static string Literal(string text) => $"'{text.Replace("'", "''")}'";

    public static string Literal(byte[] bytes) => $"'\\x{Convert.ToHexStringLower(bytes)}'::bytea";

    /// <summary>A negative number stands in parentheses, since :: binds tighter than its sign.</summary>
    public static string Literal(long value) => value switch
    {
        long.MinValue => "'-9223372036854775808'::bigint",
        < 0 => string.Create(CultureInfo.InvariantCulture, $"({value})"),
        _ => value.ToString(CultureInfo.InvariantCulture),
    };

    public static string Literal(double value) =>
        double.IsFinite(value) && !double.IsNegative(value) ? Digits(value) + "::double precision"
        : $"'{(double.IsPositiveInfinity(value) ? "Infinity" : double.IsNegativeInfinity(value) ? "-Infinity" : Digits(value))}'::double precision";

    /// <summary>The shortest digits that read back as the same number.</summary>
    public static string Digits(double value) => value.ToString("R", CultureInfo.InvariantCulture).Replace("E+", "e").Replace("E", "e");

    /// <summary>A name no longer than PostgreSQL keeps, cut at a whole character, as the server itself would cut it.</summary>
    public static string Shorten(string name, int most = LongestName)
    {
        if (Encoding.UTF8.GetByteCount(name) <= most) return name;
        var bytes = 0;
        var taken = new StringBuilder();
        foreach (var rune in name.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > most) break;
            taken.Append(rune);
        }
        return taken.ToString();
    }
}
