namespace Godwit.Postgres.Sourcing.Catalog;

/// <summary>Names as the server prints them (quote_ident): between quotes only where they have to be. Where a text is compared with what the server prints, that matters.</summary>
internal sealed class Quoting(IEnumerable<string> keywords)
{
    /// <summary>Words that need quotes as names (https://www.postgresql.org/docs/current/sql-keywords-appendix.html).</summary>
    public const string Keywords = "SELECT word FROM pg_get_keywords() WHERE catcode <> 'U'";

    private readonly HashSet<string> _keywords = new(keywords, StringComparer.Ordinal);

    public string Of(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => c is '_' || char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)) && !_keywords.Contains(name)
            ? name : $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
