using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;

namespace Godwit.Identity.Reference;

/// <summary>The shapes of requests and answers, each once, from the same descriptions by which they are read and written.</summary>
internal sealed class SchemaBook
{
    private static readonly JsonSchemaExporterOptions s_options = new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Complete };

    private readonly JsonObject _schemas = [];

    public JsonObject Schemas => _schemas;

    /// <summary>A reference to it, or to what a list is of.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="needs">Fields without which a request is refused.</param>
    public JsonObject Refer(JsonTypeInfo shape, IReadOnlyList<string>? needs = null)
    {
        if (shape.Kind == JsonTypeInfoKind.Enumerable) return new JsonObject { ["type"] = "array", ["items"] = Refer(shape.Options.GetTypeInfo(shape.ElementType!)) };
        var name = shape.Type.Name;
        if (!_schemas.ContainsKey(name)) _schemas[name] = Export(shape);
        var reference = new JsonObject { ["$ref"] = $"#/components/schemas/{name}" };
        // Beside the reference, as JSON Schema 2020-12 allows: two requests of one shape may need different fields.
        if (needs is { Count: > 0 }) reference["required"] = new JsonArray([.. needs.Select(n => (JsonNode)n)]);
        return reference;
    }

    private static JsonNode Export(JsonTypeInfo shape)
    {
        var schema = shape.GetJsonSchemaAsNode(s_options);
        // At the top nothing is null.
        if (schema is JsonObject { } top && top["type"] is JsonArray) top["type"] = "object";
        return schema;
    }

    /// <summary>What can be null is left out where it is, and so is what can be anything: all other fields of an answer are there.</summary>
    private static JsonNode Complete(JsonSchemaExporterContext context, JsonNode schema)
    {
        if (schema is not JsonObject node || context.TypeInfo.Kind != JsonTypeInfoKind.Object) return schema;
        var required = context.TypeInfo.Properties.Where(p => !p.IsGetNullable && Nullable.GetUnderlyingType(p.PropertyType) is null && p.PropertyType != typeof(JsonElement)).Select(p => (JsonNode)p.Name).ToArray();
        node.Remove("required");
        if (required.Length > 0) node["required"] = new JsonArray(required);
        return node;
    }
}
