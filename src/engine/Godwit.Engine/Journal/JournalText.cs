using System.Text;
using System.Text.Json;
using Godwit.Security.Canonical;
using Godwit.Security.Signing;

namespace Godwit.Engine.Journal;

/// <summary>
/// The records of a journal as JSON, one object a line, in canonical form: <c>{"header":…}</c>, <c>{"key":…}</c>, <c>{"entry":…}</c>, <c>{"head":…}</c>.
/// Reading is strict: a member more, or one written another way, is no record.
/// </summary>
public static class JournalText
{
    public const string Format = "godwit-journal/1";

    /// <summary>Bytes of the longest line that is read: the longest body, and room for the rest.</summary>
    public const int LongestLine = JournalNote.LongestBody + 4096;

    /// <summary>The lines of these records, each with its end.</summary>
    public static byte[] Write(IEnumerable<JournalRecord> records)
    {
        using var lines = new MemoryStream();
        foreach (var record in records)
        {
            lines.Write(CanonicalJson.Canonicalize(Json(record)));
            lines.WriteByte((byte)'\n');
        }
        return lines.ToArray();
    }

    /// <param name="number">The line's, from 1.</param>
    /// <param name="line">Its bytes, without the end.</param>
    public static JournalLine Read(int number, ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line, new JsonDocumentOptions { AllowDuplicateProperties = false });
            var record = Read(document.RootElement);
            return record is not null && Json(record) is var json && CanonicalJson.Canonicalize(json).AsSpan().SequenceEqual(line.Span)
                ? new JournalLine(number, record)
                : new JournalLine(number, null, Problem: "the line is no record of a journal");
        }
        catch (JsonException e)
        {
            return new JournalLine(number, null, (int)(e.BytePositionInLine ?? 0) + 1, "the line is not JSON");
        }
        catch (Exception e) when (e is CanonicalJsonException or KeyNotFoundException or InvalidOperationException or FormatException or SigningKeyException or ArgumentException)
        {
            return new JournalLine(number, null, Problem: "the line is no record of a journal");
        }
    }

    private static ReadOnlyMemory<byte> Json(JournalRecord record) => JournalChain.Json(writer =>
    {
        switch (record)
        {
            case JournalRecord.Header(var run):
                writer.WriteStartObject("header");
                writer.WriteString("format", Format);
                writer.WriteString("run", run);
                break;
            case JournalRecord.Key(var key):
                writer.WriteStartObject("key");
                writer.WriteString("crv", "P-256");
                writer.WriteString("kid", key.Kid);
                writer.WriteString("kty", "EC");
                writer.WriteString("x", key.X);
                writer.WriteString("y", key.Y);
                break;
            case JournalRecord.Entry(var entry):
                writer.WriteStartObject("entry");
                writer.WriteString("at", JournalChain.Instant(entry.At));
                writer.WritePropertyName("body");
                writer.WriteRawValue(entry.Body);
                writer.WriteString("hash", entry.Hash);
                writer.WriteString("kind", entry.Kind);
                writer.WriteString("previous", entry.Previous);
                writer.WriteNumber("sequence", entry.Sequence);
                break;
            case JournalRecord.Head(var head):
                writer.WriteStartObject("head");
                writer.WriteString("at", JournalChain.Instant(head.At));
                writer.WriteString("hash", head.Hash);
                writer.WriteString("kid", head.Kid);
                writer.WriteString("run", head.Run);
                writer.WriteNumber("sequence", head.Sequence);
                writer.WriteString("signature", head.Signature);
                break;
        }
        writer.WriteEndObject();
    });

    private static JournalRecord? Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || root.GetPropertyCount() != 1) return null;
        var (name, value) = root.EnumerateObject().Select(m => (m.Name, m.Value)).First();
        return name switch
        {
            "header" => value.GetProperty("format").ValueEquals(Format) ? new JournalRecord.Header(value.GetProperty("run").GetGuid()) : null,
            "key" => new JournalRecord.Key(EcPublicKey.FromCoordinates(Text(value, "x"), Text(value, "y"))),
            "entry" => new JournalRecord.Entry(new JournalEntry(
                value.GetProperty("sequence").GetInt64(), Instant(value), Text(value, "kind"), value.GetProperty("body").GetRawText(), Text(value, "previous"), Text(value, "hash"))),
            "head" => new JournalRecord.Head(new JournalHead(
                value.GetProperty("run").GetGuid(), value.GetProperty("sequence").GetInt64(), Text(value, "hash"), Instant(value), Text(value, "kid"), Text(value, "signature"))),
            _ => null,
        };
    }

    private static string Text(JsonElement value, string name) => value.GetProperty(name).GetString() ?? throw new FormatException("null stands where a text belongs");

    private static DateTimeOffset Instant(JsonElement value) =>
        JournalChain.TryInstant(Text(value, "at"), out var at) ? at : throw new FormatException("not an instant");
}
