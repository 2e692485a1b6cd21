using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Schemas;

/// <summary>The module's name in a stored CREATE VIRTUAL TABLE statement; SQLite stores the words before the table's name in one fixed form.</summary>
internal static class VirtualTableModule
{
    private const string Prefix = "CREATE VIRTUAL TABLE ";

    public static string Read(string sql)
    {
        var position = Prefix.Length;
        _ = ReadName(sql, ref position);
        var keyword = ReadName(sql, ref position);
        if (keyword == ".")
        {
            _ = ReadName(sql, ref position);
            keyword = ReadName(sql, ref position);
        }
        return SqliteNames.Same(keyword, "using") ? ReadName(sql, ref position) : "";
    }

    private static string ReadName(string sql, ref int position)
    {
        SkipSpace(sql, ref position);
        if (position >= sql.Length) return "";
        var close = sql[position] switch { '"' => '"', '\'' => '\'', '`' => '`', '[' => ']', _ => '\0' };
        var start = position++;
        if (close == '\0')
        {
            if (sql[start] == '.') return ".";
            while (position < sql.Length && (char.IsLetterOrDigit(sql[position]) || sql[position] is '_' or '$' or >= '\u0080')) position++;
            return sql[start..position];
        }
        while (position < sql.Length)
        {
            if (sql[position++] != close) continue;
            if (close == ']' || position >= sql.Length || sql[position] != close) return sql[(start + 1)..(position - 1)];
            position++;
        }
        return sql[(start + 1)..];
    }

    private static void SkipSpace(string sql, ref int position)
    {
        while (position < sql.Length)
        {
            if (char.IsWhiteSpace(sql[position])) position++;
            else if (sql.AsSpan(position).StartsWith("--")) position = End(sql, "\n", position);
            else if (sql.AsSpan(position).StartsWith("/*")) position = End(sql, "*/", position);
            else return;
        }
    }

    private static int End(string sql, string mark, int position)
    {
        var end = sql.IndexOf(mark, position + 2, StringComparison.Ordinal);
        return end < 0 ? sql.Length : end + mark.Length;
    }
}
