using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Godwit.Security.Masking;

namespace Godwit.Telemetry.Logging;

/// <summary>Makes lines, one at a time; its buffers are used again. Everything that goes into a line is masked here and nowhere else.</summary>
[SuppressMessage("Design", "CA1001", Justification = "it lives as long as its thread, and its writer writes into memory")]
internal sealed class LogLine
{
    [ThreadStatic]
    private static LogLine? t_own;

    private readonly ArrayBufferWriter<byte> _output = new(1024);
    private readonly Utf8JsonWriter _json;
    private readonly StringBuilder _sentence = new(256);
    private readonly string?[] _safe = new string?[SafeLog.MostFields];

    // The default encoder writes letters, digits and harmless punctuation of ASCII as they are, and everything else as \uXXXX.
    private LogLine() => _json = new Utf8JsonWriter(_output);

    /// <summary>This thread's: lines are short, and a thread makes one at a time.</summary>
    public static LogLine Own => t_own ??= new LogLine();

    /// <exception cref="ArgumentException">A field is given twice.</exception>
    public string Write(LogEvent logged, DateTimeOffset time, ReadOnlySpan<LogField> fields)
    {
        for (var i = 0; i < fields.Length; i++)
        {
            for (var before = 0; before < i; before++)
            {
                if (fields[before].Name == fields[i].Name)
                    throw new ArgumentException($"the field {fields[i].Name} is given twice", nameof(fields));
            }
        }
        _output.ResetWrittenCount();
        _json.Reset();
        _json.WriteStartObject();
        Span<char> text = stackalloc char[32];
        time.TryFormat(text, out var length, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        _json.WriteString("time"u8, text[..length]);
        _json.WriteString("level"u8, logged.Level switch { LogLevel.Debug => "debug"u8, LogLevel.Information => "information"u8, LogLevel.Warning => "warning"u8, _ => "error"u8 });
        _json.WriteNumber("id"u8, logged.Id);
        _json.WriteString("event"u8, Cut(LogMask.Mask(logged.Name)));
        _json.WriteStartObject("fields"u8);
        for (var i = 0; i < fields.Length; i++)
            WriteField(fields[i], _safe[i] = Safe(fields[i]));
        _json.WriteEndObject();
        // Masked once more as a whole: two fields side by side can make a secret's shape that neither has alone.
        _json.WriteString("message"u8, Cut(LogMask.Mask(Sentence(logged.Template, fields))));
        _json.WriteEndObject();
        _json.Flush();
        var line = string.Create(_output.WrittenCount + 1, _output, static (line, output) =>
        {
            Encoding.ASCII.GetChars(output.WrittenSpan, line);
            line[^1] = '\n';
        });
        // What one long line needed is not kept.
        if (_output.Capacity > 64 * 1024 || _sentence.Capacity > 64 * 1024)
            t_own = null;
        return line;
    }

    /// <summary>One pass over the template, so that braces inside a value stay what they are. A place may say how wide and in which form (<c>{rows,10:N0}</c>): the value is written as in the field.</summary>
    private string Sentence(string template, ReadOnlySpan<LogField> fields)
    {
        _sentence.Clear();
        var rest = template.AsSpan();
        while (!rest.IsEmpty)
        {
            var open = rest.IndexOf('{');
            if (open < 0)
                break;
            _sentence.Append(rest[..open]);
            rest = rest[open..];
            var close = rest.IndexOf('}');
            var found = close > 0 ? Find(rest[1..close], fields) : -1;
            if (found >= 0)
            {
                _sentence.Append(_safe[found] ?? "null");
                rest = rest[(close + 1)..];
                continue;
            }
            _sentence.Append('{');
            rest = rest[1..];
        }
        return _sentence.Append(rest).ToString();
    }

    private static int Find(ReadOnlySpan<char> place, ReadOnlySpan<LogField> fields)
    {
        var end = place.IndexOfAny(',', ':');
        var name = end < 0 ? place : place[..end];
        for (var i = 0; i < fields.Length; i++)
        {
            if (name.SequenceEqual(fields[i].Name))
                return i;
        }
        return -1;
    }

    private void WriteField(LogField field, string? safe)
    {
        _json.WritePropertyName(Cut(LogMask.Mask(field.Name)));
        if (safe is null)
            _json.WriteNullValue();
        else if (field.Quoted || !ReferenceEquals(safe, field.Text))
            _json.WriteStringValue(safe);
        else
            _json.WriteRawValue(safe, skipInputValidation: true);
    }

    private static string? Safe(LogField field) =>
        field.Text is null ? null
        : LogMask.Hides(field.Name) ? SecretMask.Mark
        // A number, too, may be a card's.
        : Cut(LogMask.Mask(field.Text));

    /// <summary>After masking, never before: half a secret is still one.</summary>
    private static string Cut(string text)
    {
        if (text.Length <= SafeLog.LongestText)
            return text;
        var end = char.IsHighSurrogate(text[SafeLog.LongestText - 1]) ? SafeLog.LongestText - 1 : SafeLog.LongestText;
        return string.Create(CultureInfo.InvariantCulture, $"{text.AsSpan(0, end)}... ({text.Length - end} more)");
    }
}
