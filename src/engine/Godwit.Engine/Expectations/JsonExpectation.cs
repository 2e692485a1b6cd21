using System.Text.Json;
using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;

namespace Godwit.Engine.Expectations;

/// <summary>What a value of a JSON document has to be.</summary>
/// <param name="At">Where it stands: a JSON pointer (RFC 6901).</param>
public sealed record JsonExpectation(string At, Expectation Expected)
{
    private static readonly JsonDocumentOptions s_limits = new() { MaxDepth = 64 };

    public static Shape.Text Pointer { get; } = new("(/([^~/]|~[01])*)*") { Expected = "a JSON pointer such as /data/0/status (RFC 6901)", MaxLength = 1000 };

    public static Shape.Map Shape { get; } = new([new Field("at", Pointer, "Where the value stands", Required: true), .. Expectation.Fields])
    {
        Name = "expected JSON",
        Description = "What a value of an answer in JSON has to be",
    };

    public static JsonExpectation Read(JsonObject settings) => new(settings.Text("at"), Expectation.Read(settings));

    /// <summary>Why the document is not as expected; null when it is.</summary>
    public string? Refuse(ReadOnlyMemory<byte> body) => Find(body, At) is var (found, text)
        ? found ? Expected.Refuse(text) is { } why ? $"{Place} {why}" : null : $"there is no {Place} in the answer"
        : "the answer is no JSON";

    private string Place => At.Length == 0 ? "the document" : At;

    /// <summary>A value as text, and whether it is there; null when the document is no JSON.</summary>
    public static (bool Found, string? Text)? Find(ReadOnlyMemory<byte> body, string pointer)
    {
        try
        {
            using var document = JsonDocument.Parse(body, s_limits);
            var at = document.RootElement;
            foreach (var name in pointer.Split('/').Skip(1).Select(n => n.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)))
            {
                if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(name, out var member)) at = member;
                else if (at.ValueKind == JsonValueKind.Array && int.TryParse(name, System.Globalization.NumberStyles.None, null, out var index) && index < at.GetArrayLength()) at = at[index];
                else return (false, null);
            }
            return (true, at.ValueKind switch
            {
                JsonValueKind.String => at.GetString(),
                JsonValueKind.Null => null,
                _ => at.GetRawText(),
            });
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
