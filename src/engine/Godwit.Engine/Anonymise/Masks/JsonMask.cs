using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Godwit.Engine.Anonymise.Masks;

/// <summary>Every text and number in a document; its members' names and its structure stay.</summary>
internal sealed class JsonMask(IMask text, IMask email, IMask number) : IMask
{
    private static readonly JsonWriterOptions s_writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string Apply(string document)
    {
        using var parsed = JsonDocument.Parse(document, new JsonDocumentOptions { MaxDepth = 512 });
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, s_writing)) Write(parsed.RootElement, writer);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private void Write(JsonElement element, Utf8JsonWriter writer)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in element.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    Write(member.Value, writer);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray()) Write(item, writer);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                var value = element.GetString()!;
                writer.WriteStringValue((value.Contains('@', StringComparison.Ordinal) ? email : text).Apply(value));
                break;
            case JsonValueKind.Number:
                writer.WriteRawValue(number.Apply(element.GetRawText())!);
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}
