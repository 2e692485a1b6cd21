using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Godwit.Telemetry.Metrics;

/// <summary>Labels as they are written, in the order of their names, values escaped: <c>kind="timeout",result="failed"</c>. Equal labels are equal text, in whatever order they were given.</summary>
internal static class LabelText
{
    public const string Overflow = "overflow=\"true\"";

    public static string Of(ReadOnlySpan<KeyValuePair<string, object?>> tags, MetricKind kind, int longest)
    {
        if (tags.IsEmpty)
            return "";
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in tags)
        {
            var name = MetricName.Label(key);
            // The one label that a histogram has of its own.
            if (kind == MetricKind.Histogram && name == "le")
                name = "exported_le";
            var text = Text(value);
            // Two names may have become one.
            labels[name] = labels.TryGetValue(name, out var before) ? $"{before};{text}" : text;
        }
        var output = new StringBuilder();
        foreach (var (name, value) in labels)
        {
            // An empty value is the same as no label.
            if (value.Length == 0)
                continue;
            if (output.Length > 0)
                output.Append(',');
            output.Append(name).Append("=\"");
            if (value.Length <= longest)
                Escape(value, output);
            else
                EscapeCut(value, longest, output);
            output.Append('"');
        }
        return output.ToString();
    }

    /// <summary>With a hash at the end, so that two values that begin alike stay two.</summary>
    private static void EscapeCut(string value, int longest, StringBuilder output)
    {
        var hash = "~" + Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(value.AsSpan())).AsSpan(0, 4));
        Escape(value.AsSpan(0, Math.Max(0, longest - hash.Length)), output);
        output.Append(hash);
    }

    public static void Escape(ReadOnlySpan<char> text, StringBuilder output)
    {
        foreach (var c in text)
        {
            switch (c)
            {
                case '\\':
                    output.Append(@"\\");
                    break;
                case '"':
                    output.Append("\\\"");
                    break;
                case '\n':
                    output.Append(@"\n");
                    break;
                default:
                    // What steers a terminal, or is half a character, tells nobody anything.
                    output.Append(char.IsControl(c) || char.IsSurrogate(c) ? '\uFFFD' : c);
                    break;
            }
        }
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        bool truth => truth ? "true" : "false",
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
