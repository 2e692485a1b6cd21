namespace Godwit.Security.Masking;

/// <summary>Something before an @, also a percent-encoded or a fullwidth one, and after it a name with a dot or an address in brackets.</summary>
internal static class MailAddresses
{
    public static void Find(ReadOnlySpan<char> text, List<(int Start, int End)> found)
    {
        var before = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var length = text[i] is '@' or '\uFF20' ? 1 : text[i] == '%' && text[i..].StartsWith("%40", StringComparison.Ordinal) ? 3 : 0;
            if (length == 0)
                continue;
            var start = i;
            while (start > before && IsLocal(text[start - 1]))
                start--;
            // A quoted local part may hold anything.
            if (start == i && i > before && text[i - 1] == '"' && text[before..(i - 1)].LastIndexOf('"') is >= 0 and var quote)
                start = before + quote;
            var end = Domain(text, i + length);
            before = i + length;
            if (start < i && end > i + length)
            {
                found.Add((start, end));
                i = end - 1;
                before = end;
            }
        }
    }

    private static int Domain(ReadOnlySpan<char> text, int start)
    {
        if (start < text.Length && text[start] == '[' && text[start..].IndexOf(']') is > 1 and < 64 and var close)
            return start + close + 1;
        var end = start;
        while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] is '-' or '.' or '_'))
            end++;
        var name = text[start..end].TrimEnd('.');
        var dot = name.LastIndexOf('.');
        return dot > 0 && name.Length - dot > 2 ? start + name.Length : start;
    }

    private static bool IsLocal(char c) => char.IsLetterOrDigit(c) || c is '.' or '_' or '%' or '+' or '-' or '\'' or '!' or '#' or '$' or '*' or '~' or '^';
}
