using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Godwit.Documents;

namespace Godwit.Documents.Tests.Shapes;

/// <summary>The keywords of JSON Schema that the published schema uses (https://json-schema.org/draft/2020-12/json-schema-validation); any other fails the test.</summary>
internal sealed class SchemaValidator(JsonObject root)
{
    public bool IsValid(JsonNode? value) => IsValid(value, root);

    private bool IsValid(JsonNode? value, JsonObject schema) => schema.All(keyword => keyword.Key switch
    {
        "$schema" or "title" or "description" or "default" or "$defs" => true,
        "$ref" => IsValid(value, root["$defs"]![keyword.Value!.GetValue<string>()["#/$defs/".Length..]]!.AsObject()),
        "type" => Words(keyword.Value!).Contains(TypeOf(value), StringComparer.Ordinal) || (TypeOf(value) == "integer" && Words(keyword.Value!).Contains("number", StringComparer.Ordinal)),
        "enum" => keyword.Value!.AsArray().Any(v => JsonNode.DeepEquals(v, value)),
        "pattern" => TypeOf(value) != "string" || Regex.IsMatch(value!.GetValue<string>(), keyword.Value!.GetValue<string>(), RegexOptions.ECMAScript, TimeSpan.FromSeconds(1)),
        "minLength" => TypeOf(value) != "string" || value!.GetValue<string>().Length >= keyword.Value!.GetValue<int>(),
        "maxLength" => TypeOf(value) != "string" || value!.GetValue<string>().Length <= keyword.Value!.GetValue<int>(),
        "minimum" => Number(value) is not { } n || n >= Number(keyword.Value),
        "maximum" => Number(value) is not { } n || n <= Number(keyword.Value),
        "items" => value is not JsonArray a || a.All(i => IsValid(i, keyword.Value!.AsObject())),
        "minItems" => value is not JsonArray a || a.Count >= keyword.Value!.GetValue<int>(),
        "maxItems" => value is not JsonArray a || a.Count <= keyword.Value!.GetValue<int>(),
        "properties" => value is not JsonObject o || keyword.Value!.AsObject().All(p => !o.ContainsKey(p.Key) || IsValid(o[p.Key], p.Value!.AsObject())),
        "additionalProperties" => value is not JsonObject o || o.All(p => (schema["properties"] as JsonObject)?.ContainsKey(p.Key) == true
            || (keyword.Value is JsonObject other && IsValid(p.Value, other))),
        "propertyNames" => value is not JsonObject o || o.All(p => IsValid(JsonValue.Create(p.Key), keyword.Value!.AsObject())),
        "required" => value is not JsonObject o || Words(keyword.Value!).All(o.ContainsKey),
        "anyOf" => keyword.Value!.AsArray().Any(s => IsValid(value, s!.AsObject())),
        "oneOf" => keyword.Value!.AsArray().Count(s => IsValid(value, s!.AsObject())) == 1,
        "not" => !IsValid(value, keyword.Value!.AsObject()),
        _ => throw new InvalidOperationException($"the keyword {keyword.Key} is not known here"),
    });

    /// <summary>A YAML document as an editor sees it: plain words are resolved by the core schema (https://yaml.org/spec/1.2.2/#103-core-schema).</summary>
    public static JsonNode? FromYaml(YamlNode node) => node switch
    {
        YamlScalar { IsNull: true } => null,
        YamlScalar { IsPlain: true, Value: "true" or "false" } flag => JsonValue.Create(flag.Value == "true"),
        YamlScalar { IsPlain: true } number when Regex.IsMatch(number.Value, @"^-?[0-9]+(\.[0-9]+)?$", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)) => JsonNode.Parse(number.Value.TrimStart('0') is { Length: > 0 } t && char.IsAsciiDigit(t[0]) ? t : "0"),
        YamlScalar scalar => JsonValue.Create(scalar.Value),
        YamlSequence sequence => new JsonArray([.. sequence.Items.Select(FromYaml)]),
        YamlMapping mapping => new JsonObject(mapping.Entries.Select(e => KeyValuePair.Create(e.Key.Value, FromYaml(e.Value)))),
        _ => throw new ArgumentException("an unknown node", nameof(node)),
    };

    private static IEnumerable<string> Words(JsonNode node) => node is JsonArray array ? array.Select(w => w!.GetValue<string>()) : [node.GetValue<string>()];

    private static decimal? Number(JsonNode? value) =>
        value is JsonValue && TypeOf(value) is "number" or "integer" ? decimal.Parse(value!.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture) : null;

    private static string TypeOf(JsonNode? value) => value switch
    {
        null => "null",
        JsonArray => "array",
        JsonObject => "object",
        _ => value.GetValueKind() switch
        {
            System.Text.Json.JsonValueKind.String => "string",
            System.Text.Json.JsonValueKind.Number => value.ToJsonString().Contains('.', StringComparison.Ordinal) ? "number" : "integer",
            _ => "boolean",
        },
    };
}
