using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Godwit.Security.Masking;

namespace Godwit.Telemetry.Logging;

/// <summary>
/// The one way to a log: JSON, one object a line, printable ASCII only. Every field is masked by its name and by the shape of its text, and whatever
/// could steer a terminal or turn text around (control, bidirectional and other non-ASCII characters) is written as <c>\uXXXX</c>.
/// Safe for use by several threads at once.
/// </summary>
/// <param name="writer">Where lines go; each is written whole and flushed.</param>
/// <param name="time">The clock of the <c>time</c> member.</param>
/// <param name="lowest">Events below this level are not written.</param>
public sealed class SafeLog(TextWriter writer, TimeProvider time, LogLevel lowest = LogLevel.Information)
{
    /// <summary>Characters of one value; what is longer is cut and says so.</summary>
    public const int LongestText = 4096;

    public const int MostFields = 32;

    private readonly Lock _writing = new();
    private long _lost;

    /// <summary>Lines that could not be written (a full disk, a closed pipe). A log that fails does not stop a move.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    public void Write(LogEvent logged, params ReadOnlySpan<LogField> fields)
    {
        if (logged.Level < lowest)
            return;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fields.Length, MostFields);
        var line = Line(logged, fields);
        try
        {
            lock (_writing)
            {
                writer.Write(line);
                writer.Flush();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or UnauthorizedAccessException)
        {
            Interlocked.Increment(ref _lost);
        }
    }

    private string Line(LogEvent logged, ReadOnlySpan<LogField> fields)
    {
        var output = new ArrayBufferWriter<byte>(512);
        // The default encoder writes letters, digits and harmless punctuation of ASCII as they are, and everything else as \uXXXX.
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("time", time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("level", logged.Level.ToString().ToLowerInvariant());
            json.WriteNumber("id", logged.Id);
            json.WriteString("event", logged.Name);
            json.WriteStartObject("fields");
            var values = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var field in fields)
            {
                var safe = Safe(field);
                if (!values.TryAdd(field.Name, safe ?? "null"))
                    throw new ArgumentException($"the field {field.Name} is given twice", nameof(fields));
                WriteField(json, field, safe);
            }
            json.WriteEndObject();
            // Masked once more as a whole: two fields side by side can make a secret's shape that neither has alone.
            json.WriteString("message", Cut(SecretMask.Mask(Sentence(logged.Template, values))));
            json.WriteEndObject();
        }
        return Encoding.ASCII.GetString(output.WrittenSpan) + "\n";
    }

    /// <summary>One pass over the template, so that braces inside a value stay what they are.</summary>
    private static string Sentence(string template, Dictionary<string, string> values)
    {
        var sentence = new StringBuilder(template.Length * 2);
        for (var i = 0; i < template.Length; i++)
        {
            var end = template[i] == '{' ? template.IndexOf('}', i) : -1;
            if (end < 0 || !values.TryGetValue(template[(i + 1)..end], out var value))
            {
                sentence.Append(template[i]);
                continue;
            }
            sentence.Append(value);
            i = end;
        }
        return sentence.ToString();
    }

    private static void WriteField(Utf8JsonWriter json, LogField field, string? safe)
    {
        json.WritePropertyName(Cut(SecretMask.Mask(field.Name)));
        if (safe is null)
            json.WriteNullValue();
        else if (field.Quoted || safe != field.Text)
            json.WriteStringValue(safe);
        else
            json.WriteRawValue(safe);
    }

    private static string? Safe(LogField field) =>
        field.Text is null ? null
        : SecretNames.IsSecret(field.Name) ? SecretMask.Mark
        : field.Quoted ? Cut(SecretMask.Mask(field.Text))
        : field.Text;

    /// <summary>After masking, never before: half a secret is still one.</summary>
    private static string Cut(string text)
    {
        if (text.Length <= LongestText)
            return text;
        var end = char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText;
        return string.Create(CultureInfo.InvariantCulture, $"{text.AsSpan(0, end)}... ({text.Length - end} more)");
    }
}
