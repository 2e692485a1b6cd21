namespace Godwit.Postgres.Scripts;

/// <summary>A statement of a script.</summary>
/// <param name="Text">Without the semicolon, comments before it kept.</param>
/// <param name="Line">Of its first word; the first line of the script is 1.</param>
/// <param name="Words">Its first words outside comments and quotes, in capitals: enough to know what kind of statement it is.</param>
public sealed record SqlStatement(string Text, int Line, IReadOnlyList<string> Words)
{
    public bool StartsWith(params ReadOnlySpan<string> words)
    {
        if (words.Length > Words.Count) return false;
        for (var i = 0; i < words.Length; i++)
        {
            if (Words[i] != words[i]) return false;
        }
        return true;
    }
}

/// <summary>What a script cannot be cut at.</summary>
public sealed record SqlScriptFault(int Line, string Message);

/// <summary>
/// Cuts a script into statements as the server's own lexer would: quotes, dollar quotes, nested comments and the bodies of BEGIN ATOMIC functions are
/// passed over (https://www.postgresql.org/docs/current/sql-syntax-lexical.html).
/// </summary>
public static class SqlScript
{
    /// <summary>More than any statement's kind needs.</summary>
    private const int MostWords = 64;

    public static (IReadOnlyList<SqlStatement> Statements, SqlScriptFault? Fault) Split(string text)
    {
        var statements = new List<SqlStatement>();
        var words = new List<string>();
        int start = 0, line = 1, firstLine = 0, at = 0, parentheses = 0, atomic = 0;
        while (at < text.Length)
        {
            var from = at;
            var fault = Skip(text, ref at, line);
            if (fault is not null) return (statements, fault);
            if (at > from)
            {
                line += text.AsSpan(from, at - from).Count('\n');
                continue;
            }
            var c = text[at];
            if (c == ';' && parentheses == 0 && atomic == 0)
            {
                Add(at);
                start = ++at;
                continue;
            }
            if (c == '\\' && firstLine == 0) return (statements, new SqlScriptFault(line, "a command of psql (\\…) stands here; godwit runs SQL only"));
            if (firstLine == 0 && !char.IsWhiteSpace(c) && c != ';') firstLine = line;
            switch (c)
            {
                case '\n': line++; at++; break;
                case '(': parentheses++; at++; break;
                case ')': parentheses = Math.Max(0, parentheses - 1); at++; break;
                case '\'' or '"':
                    if (Quoted(text, ref at, c, escapes: c == '\'' && IsEscapeString(text, at)) is { } open) return (statements, new SqlScriptFault(line, open));
                    line += text.AsSpan(from, at - from).Count('\n');
                    break;
                case '$' when Tag(text, at) is { } tag && !IsWordPart(text, at - 1):
                    var end = text.IndexOf(tag, at + tag.Length, StringComparison.Ordinal);
                    if (end < 0) return (statements, new SqlScriptFault(line, $"the dollar quote {tag} is not closed"));
                    at = end + tag.Length;
                    line += text.AsSpan(from, at - from).Count('\n');
                    break;
                case var letter when char.IsLetter(letter) || letter == '_':
                    while (at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] is '_' or '$')) at++;
                    var word = text[from..at].ToUpperInvariant();
                    if (words.Count < MostWords) words.Add(word);
                    if (words is ["CREATE", ..]) atomic += Nesting(words, word, atomic);
                    break;
                default: at++; break;
            }
        }
        Add(text.Length);
        return (statements, null);

        void Add(int end)
        {
            if (firstLine > 0) statements.Add(new SqlStatement(text[start..end].Trim(), firstLine, [.. words]));
            words.Clear();
            (firstLine, parentheses, atomic) = (0, 0, 0);
        }
    }

    /// <summary>BEGIN ATOMIC … END of a function in standard SQL holds semicolons, and CASE … END inside it an END of its own.</summary>
    private static int Nesting(List<string> words, string word, int depth) => word switch
    {
        "ATOMIC" when words.Count > 1 && words[^2] == "BEGIN" => 1,
        "CASE" when depth > 0 => 1,
        "END" when depth > 0 => -1,
        _ => 0,
    };

    /// <summary>Passes over one comment.</summary>
    private static SqlScriptFault? Skip(string text, ref int at, int line)
    {
        if (Follows(text, at, "--"))
        {
            var end = text.IndexOf('\n', at);
            at = end < 0 ? text.Length : end;
            return null;
        }
        if (!Follows(text, at, "/*")) return null;
        var depth = 0;
        var i = at;
        do
        {
            if (Follows(text, i, "/*")) (depth, i) = (depth + 1, i + 2);
            else if (Follows(text, i, "*/")) (depth, i) = (depth - 1, i + 2);
            else if (i >= text.Length) return new SqlScriptFault(line, "a comment is not closed");
            else i++;
        }
        while (depth > 0);
        at = i;
        return null;
    }

    private static string? Quoted(string text, ref int at, char quote, bool escapes)
    {
        for (var i = at + 1; i < text.Length; i++)
        {
            if (escapes && text[i] == '\\') i++;
            else if (text[i] == quote)
            {
                if (i + 1 < text.Length && text[i + 1] == quote) i++;
                else
                {
                    at = i + 1;
                    return null;
                }
            }
        }
        return quote == '"' ? "a quoted name is not closed" : "a string is not closed";
    }

    private static bool IsEscapeString(string text, int at) => at > 0 && text[at - 1] is 'e' or 'E' && !IsWordPart(text, at - 2);

    /// <summary>The whole opening of a dollar quote, e.g. <c>$body$</c>.</summary>
    private static string? Tag(string text, int at)
    {
        var i = at + 1;
        while (i < text.Length && (char.IsLetter(text[i]) || text[i] == '_' || (i > at + 1 && char.IsDigit(text[i])))) i++;
        return i < text.Length && text[i] == '$' ? text[at..(i + 1)] : null;
    }

    private static bool IsWordPart(string text, int at) => at >= 0 && (char.IsLetterOrDigit(text[at]) || text[at] is '_' or '$');

    private static bool Follows(string text, int at, string what) => string.CompareOrdinal(text, at, what, 0, what.Length) == 0;
}
