using System.Text;
using Godwit.Model.Findings;
using YamlDotNet.Core;

namespace Godwit.Documents;

/// <summary>
/// Reads one YAML document into nodes that know their places. What makes a configuration file surprising is refused: anchors, aliases, tags,
/// merge keys, several documents, duplicate keys. Nothing in the file makes this throw: what is wrong is a finding.
/// </summary>
public static class YamlReader
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a file.</summary>
    /// <param name="code">The code of the findings: what kind of file is wrong.</param>
    public static YamlReading ReadFile(string path, FindingCode code)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var buffer = new byte[Math.Min(stream.Length, YamlLimits.Bytes + 1L)];
            return Read(buffer.AsSpan(0, stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)), path, code);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Refusal(code, path, 1, 1, $"The file cannot be read: {e.Message}");
        }
    }

    /// <summary>Reads UTF-8 bytes; <paramref name="path"/> is only named in findings.</summary>
    public static YamlReading Read(ReadOnlySpan<byte> utf8, string path, FindingCode code)
    {
        if (utf8.Length > YamlLimits.Bytes) return Refusal(code, path, 1, 1, $"The file is larger than {YamlLimits.Bytes / 1024 / 1024} MB");
        try
        {
            return Read(Strict.GetString(utf8), path, code);
        }
        catch (DecoderFallbackException)
        {
            return Refusal(code, path, 1, 1, "The file is not valid UTF-8");
        }
    }

    /// <summary>Reads text; <paramref name="path"/> is only named in findings.</summary>
    public static YamlReading Read(string text, string path, FindingCode code)
    {
        if (Strict.GetMaxByteCount(text.Length) > YamlLimits.Bytes && Strict.GetByteCount(text) > YamlLimits.Bytes)
            return Refusal(code, path, 1, 1, $"The file is larger than {YamlLimits.Bytes / 1024 / 1024} MB");
        if (FindControlCharacter(text) is { } at)
            return Refusal(code, path, 1 + text.AsSpan(0, at).Count('\n'), at - text.AsSpan(0, at).LastIndexOf('\n'), "A control character that YAML does not allow stands here");
        var builder = new YamlTreeBuilder(path, code);
        try
        {
            var root = builder.Build(new Parser(new StringReader(text)));
            return new YamlReading(builder.Findings.Exists(f => f.Severity == Severity.Error) ? null : root, builder.Findings);
        }
        catch (YamlException e)
        {
            // The parser stops at the first syntax error; what was found before it stays worth telling.
            builder.Findings.Add(Finding.Error(code, $"The YAML is malformed: {FirstSentence(e)}", Place(path, e.Start)));
            return new YamlReading(null, builder.Findings);
        }
        catch (InvalidOperationException)
        {
            // The parser's own assertions, met by texts that no person writes.
            builder.Findings.Add(Finding.Error(code, "The YAML is malformed", new Place.InFile(path, 1, 1)));
            return new YamlReading(null, builder.Findings);
        }
    }

    /// <summary>https://yaml.org/spec/1.2.2/#51-character-set: of the control characters only tab and line breaks.</summary>
    private static int? FindControlCharacter(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is < ' ' and not ('\t' or '\n' or '\r') or '\x7f') return i;
        }
        return null;
    }

    internal static Place.InFile Place(string path, in Mark mark) => new(path, (int)Math.Max(1, mark.Line), (int)Math.Max(1, mark.Column));

    private static YamlReading Refusal(FindingCode code, string path, int line, int column, string message) =>
        new(null, [Finding.Error(code, message, new Place.InFile(path, line, column))]);

    private static string FirstSentence(YamlException e)
    {
        var message = (e.InnerException ?? e).Message;
        var end = message.IndexOf('\n', StringComparison.Ordinal);
        return (end < 0 ? message : message[..end]).TrimEnd('.', ' ', '\r');
    }
}
