using System.Text.Json;
using System.Text.Json.Nodes;

namespace Godwit.Identity.Tests.Reference;

/// <summary>Holds a value against a schema of the document: the words of JSON Schema that the document uses, and a fault for any other. A field that the schema does not name is a fault, too.</summary>
internal sealed class SchemaCheck(JsonNode document)
{
    private static readonly HashSet<string> s_known = new(StringComparer.Ordinal) { "type", "properties", "required", "items", "anyOf", "$ref", "format", "description", "additionalProperties", "enum", "pattern", "default" };

    public IEnumerable<string> Faults(JsonNode? value, JsonNode? schema, string place = "$")
    {
        if (schema is null or JsonValue) return [];
        if ((string?)schema["$ref"] is { } reference)
        {
            var needed = (schema["required"] as JsonArray ?? []).Select(r => (string)r!).Where(r => value is not JsonObject members || !members.ContainsKey(r)).Select(r => $"{place}.{r} is missing");
            return [.. needed, .. Faults(value, document["components"]!["schemas"]![reference["#/components/schemas/".Length..]], place)];
        }
        var strange = schema.AsObject().Select(p => p.Key).Where(k => !s_known.Contains(k)).ToList();
        if (strange.Count > 0) return [$"{place}: the schema says {string.Join(", ", strange)}, which is not known here"];
        if (schema["anyOf"] is JsonArray any) return any.Any(a => !Faults(value, a, place).Any()) ? [] : [$"{place}: it is none of those that it may be"];
        return [.. TypeFaults(value, schema, place), .. value switch { JsonObject members => Members(members, schema, place), JsonArray items => items.SelectMany((v, i) => Faults(v, schema["items"], $"{place}[{i}]")), _ => [] }];
    }

    private static IEnumerable<string> TypeFaults(JsonNode? value, JsonNode schema, string place)
    {
        List<string> types = schema["type"] switch { JsonArray several => [.. several.Select(t => (string)t!)], JsonValue one => [(string)one!], _ => [] };
        var kind = value?.GetValueKind() switch
        {
            null or JsonValueKind.Null => "null", JsonValueKind.Object => "object", JsonValueKind.Array => "array", JsonValueKind.True or JsonValueKind.False => "boolean", JsonValueKind.Number => "number", _ => "string",
        };
        if (types.Count > 0 && !types.Contains(kind) && !(kind == "number" && types.Contains("integer"))) yield return $"{place}: {kind} in place of {string.Join(" or ", types)}";
        if (kind == "string" && (string?)schema["format"] is { } format && (format == "uuid" ? !Guid.TryParse((string)value!, out _) : format == "date-time" && !DateTimeOffset.TryParse((string)value!, System.Globalization.CultureInfo.InvariantCulture, out _))) yield return $"{place}: is no {format}";
    }

    private IEnumerable<string> Members(JsonObject members, JsonNode schema, string place)
    {
        if (schema["properties"] is not JsonObject properties) return schema["additionalProperties"] is { } each ? members.SelectMany(m => Faults(m.Value, each, $"{place}.{m.Key}")) : [];
        return
        [
            .. (schema["required"] as JsonArray ?? []).Select(r => (string)r!).Where(r => !members.ContainsKey(r)).Select(r => $"{place}.{r} is missing"),
            .. members.SelectMany(m => properties.ContainsKey(m.Key) ? Faults(m.Value, properties[m.Key], $"{place}.{m.Key}") : [$"{place}.{m.Key} is not in the schema"]),
        ];
    }
}
