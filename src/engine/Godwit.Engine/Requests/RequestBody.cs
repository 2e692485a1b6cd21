using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Godwit.Engine.Requests;

/// <summary>What a request sends.</summary>
internal abstract record RequestBody(string ContentType)
{
    /// <param name="Document">Well-formed JSON in whose strings variables stand.</param>
    public sealed record Json(VariableText Document, string ContentType) : RequestBody(ContentType);

    public sealed record Form(IReadOnlyList<KeyValuePair<string, VariableText>> Fields, string ContentType) : RequestBody(ContentType);

    public sealed record Text(VariableText Content, string ContentType) : RequestBody(ContentType);

    public IEnumerable<VariableText> Parts => this switch
    {
        Json json => [json.Document],
        Form form => form.Fields.Select(f => f.Value),
        Text text => [text.Content],
        _ => [],
    };

    public ByteArrayContent Fill(IReadOnlyDictionary<string, string> variables)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(this switch
        {
            Json json => json.Document.Fill(variables, v => JsonEncodedText.Encode(v).ToString()),
            Form form => string.Join('&', form.Fields.Select(f => $"{Escape(f.Key)}={Escape(f.Value.Fill(variables))}")),
            Text text => text.Content.Fill(variables),
            _ => throw new InvalidOperationException(),
        }));
        if (MediaTypeHeaderValue.TryParse(ContentType, out var type)) content.Headers.ContentType = type;
        return content;
    }

    /// <summary>https://url.spec.whatwg.org/#application/x-www-form-urlencoded; a space may be %20 as well as +.</summary>
    private static string Escape(string text) => Uri.EscapeDataString(text);
}
