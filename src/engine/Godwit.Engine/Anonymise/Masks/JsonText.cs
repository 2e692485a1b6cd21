using System.Globalization;
using System.Text;

namespace Godwit.Engine.Anonymise.Masks;

/// <summary>
/// A text of a JSON document, there and back. The type json takes halves of surrogate pairs as they come (https://www.postgresql.org/docs/current/datatype-json.html), which
/// System.Text.Json neither reads nor writes.
/// </summary>
internal static class JsonText
{
    /// <param name="raw">What is between the quotes, well-formed.</param>
    public static string Read(ReadOnlySpan<byte> raw)
    {
        var text = Encoding.UTF8.GetString(raw);
        if (!text.Contains('\\', StringComparison.Ordinal)) return text;
        var read = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                read.Append(text[i]);
                continue;
            }
            switch (text[++i])
            {
                case 'u':
                    read.Append((char)ushort.Parse(text.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                    i += 4;
                    break;
                case 'b':
                    read.Append('\b');
                    break;
                case 'f':
                    read.Append('\f');
                    break;
                case 'n':
                    read.Append('\n');
                    break;
                case 'r':
                    read.Append('\r');
                    break;
                case 't':
                    read.Append('\t');
                    break;
                case var itself:
                    read.Append(itself);
                    break;
            }
        }
        return read.ToString();
    }

    /// <returns>With its quotes.</returns>
    /// <param name="text">The text.</param>
    /// <param name="ascii">Whether all else is escaped, since it was: the database's encoding may not have it.</param>
    public static string Write(string text, bool ascii)
    {
        var written = new StringBuilder(text.Length + 2).Append('"');
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is '"' or '\\') written.Append('\\').Append(c);
            else if (c < ' ' || (ascii && c > '~') || IsHalf(text, i)) written.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else written.Append(c);
        }
        return written.Append('"').ToString();
    }

    private static bool IsHalf(string text, int at) =>
        (char.IsHighSurrogate(text[at]) && (at + 1 == text.Length || !char.IsLowSurrogate(text[at + 1]))) || (char.IsLowSurrogate(text[at]) && (at == 0 || !char.IsHighSurrogate(text[at - 1])));
}
