namespace Godwit.Postgres.Verification;

/// <param name="Kind"><c>table</c>, <c>column</c>, <c>primary key</c>, <c>index</c>, …</param>
/// <param name="Table">The table or view that the object belongs to, or is.</param>
/// <param name="Definition">As PostgreSQL prints it, with what its text leaves out.</param>
public sealed record CatalogObject(string Kind, string Table, string Name, string Definition)
{
    /// <summary>One line: the four parts between tabs, with tabs, line ends and backslashes escaped.</summary>
    public string ToLine() => string.Join('\t', Escape(Kind), Escape(Table), Escape(Name), Escape(Definition));

    /// <exception cref="FormatException">The line was not written by <see cref="ToLine"/>.</exception>
    public static CatalogObject FromLine(string line) => line.Split('\t') switch
    {
        [var kind, var table, var name, var definition] => new(Unescape(kind), Unescape(table), Unescape(name), Unescape(definition)),
        _ => throw new FormatException("a line of a catalog snapshot has four parts"),
    };

    private static string Escape(string text) => text.Replace("\\", "\\\\").Replace("\t", "\\t").Replace("\n", "\\n").Replace("\r", "\\r");

    private static string Unescape(string text)
    {
        if (!text.Contains('\\')) return text;
        var plain = new System.Text.StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            plain.Append(text[i] != '\\' || i + 1 == text.Length ? text[i] : text[++i] switch
            {
                't' => '\t',
                'n' => '\n',
                'r' => '\r',
                var other => other,
            });
        }
        return plain.ToString();
    }
}
