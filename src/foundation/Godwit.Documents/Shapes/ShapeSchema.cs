using System.Text.Json.Nodes;

namespace Godwit.Documents.Shapes;

/// <summary>
/// The JSON Schema (draft 2020-12, https://json-schema.org/draft/2020-12) of a shape, for editors: what <see cref="ShapeReader"/> takes is valid. The reader knows
/// more (that files exist, that lengths of time lie within limits).
/// </summary>
public static class ShapeSchema
{
    public const string Dialect = "https://json-schema.org/draft/2020-12/schema";

    /// <param name="root">The document.</param>
    /// <param name="title">What the document is.</param>
    /// <param name="takesParameters">Whether values in items of a kind (<see cref="Shape.OneOf"/>) may hold <c>${name}</c> in place of a number or a word.</param>
    public static JsonObject Create(Shape root, string title, bool takesParameters = false)
    {
        var writer = new SchemaWriter(takesParameters);
        var schema = new JsonObject { ["$schema"] = Dialect, ["title"] = title };
        foreach (var (name, value) in writer.Write(root, insideKind: false)) schema[name] = value?.DeepClone();
        if (writer.Definitions.Count > 0) schema["$defs"] = writer.Definitions;
        return schema;
    }

    private sealed class SchemaWriter(bool takesParameters)
    {
        public JsonObject Definitions { get; } = [];

        public JsonObject Write(Shape shape, bool insideKind)
        {
            if (shape.Name is not { } name) return WriteWhole(shape, insideKind);
            if (!Definitions.ContainsKey(name))
            {
                // Held before it is written: a shape may be found inside itself.
                Definitions[name] = null;
                Definitions[name] = WriteWhole(shape, insideKind);
            }
            return new JsonObject { ["$ref"] = "#/$defs/" + name };
        }

        private JsonObject WriteWhole(Shape shape, bool insideKind)
        {
            var schema = shape switch
            {
                Shape.Text text => WriteText(text),
                Shape.Choice choice => Parameter(new JsonObject { ["enum"] = Texts(choice.Words) }, insideKind),
                Shape.Whole whole => Parameter(WriteWholeNumber(whole), insideKind),
                Shape.Number number => Parameter(WriteNumber(number), insideKind),
                Shape.Flag => Parameter(new JsonObject { ["type"] = "boolean" }, insideKind),
                Shape.Duration => Parameter(new JsonObject { ["type"] = "string", ["pattern"] = DurationText.Pattern }, insideKind),
                Shape.File { BuiltIn: { Count: > 0 } names } => new JsonObject { ["type"] = "string", ["minLength"] = 1, ["examples"] = new JsonArray([.. names.Select(n => (JsonNode)n)]) },
                Shape.File => new JsonObject { ["type"] = "string", ["minLength"] = 1 },
                Shape.Scalar => new JsonObject { ["type"] = Texts(["string", "number", "boolean", "null"]) },
                Shape.List list => new JsonObject { ["type"] = Texts(["array", "null"]), ["items"] = Write(list.Item, insideKind), ["minItems"] = list.Min, ["maxItems"] = list.Max },
                Shape.Named named => new JsonObject
                {
                    ["type"] = Texts(["object", "null"]),
                    ["propertyNames"] = new JsonObject { ["pattern"] = named.NamePattern },
                    ["additionalProperties"] = Write(named.Value, insideKind),
                },
                Shape.Map map => WriteMap(map, insideKind),
                Shape.OneOf oneOf => WriteOneOf(oneOf),
                _ => throw new ArgumentException("an unknown shape", nameof(shape)),
            };
            if (shape.Description is { } description) schema.Insert(0, "description", Sentence.WithStop(description));
            return schema;
        }

        private static JsonObject WriteText(Shape.Text text)
        {
            var schema = new JsonObject { ["type"] = "string", ["maxLength"] = text.MaxLength };
            if (text.Pattern is not null) schema["pattern"] = $"^(?:{text.Pattern})$";
            return schema;
        }

        private static JsonObject WriteWholeNumber(Shape.Whole whole)
        {
            var schema = new JsonObject { ["type"] = "integer", ["minimum"] = whole.Min };
            if (whole.Max < int.MaxValue) schema["maximum"] = whole.Max;
            return schema;
        }

        private static JsonObject WriteNumber(Shape.Number number)
        {
            var schema = new JsonObject { ["type"] = "number", ["minimum"] = number.Min };
            if (number.Max < decimal.MaxValue) schema["maximum"] = number.Max;
            return schema;
        }

        private JsonObject WriteMap(Shape.Map map, bool insideKind)
        {
            var schema = WriteObject(map.Fields, insideKind);
            if (map.Short is not { } name)
            {
                if (map.Fields.All(f => !f.Required)) schema["type"] = Texts(["object", "null"]);
                return schema;
            }
            var field = map.Fields.First(f => f.Name == name);
            return new JsonObject { ["anyOf"] = new JsonArray(Write(field.Shape, insideKind), schema) };
        }

        private JsonObject WriteOneOf(Shape.OneOf oneOf)
        {
            var schema = WriteObject([.. oneOf.Common, .. oneOf.Kinds], insideKind: true);
            // An empty "oneOf" is no schema; without kinds nothing can be valid.
            if (oneOf.Kinds.Count == 0) schema["not"] = new JsonObject();
            else schema["oneOf"] = new JsonArray([.. oneOf.Kinds.Select(k => new JsonObject { ["required"] = Texts([k.Name]) })]);
            return schema;
        }

        private JsonObject WriteObject(IReadOnlyList<Field> fields, bool insideKind)
        {
            var properties = new JsonObject();
            foreach (var field in fields)
            {
                var property = Write(field.Shape, insideKind);
                property.Remove("description");
                property.Insert(0, "description", Sentence.WithStop(field.Description));
                if (field.Default is not null) property["default"] = DefaultOf(field);
                properties[field.Name] = property;
            }
            var schema = new JsonObject { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = false };
            var required = fields.Where(f => f is { Required: true, Default: null }).Select(f => f.Name).ToList();
            if (required.Count > 0) schema["required"] = Texts(required);
            return schema;
        }

        private JsonObject Parameter(JsonObject schema, bool insideKind) => takesParameters && insideKind
            ? new JsonObject { ["anyOf"] = new JsonArray(schema, new JsonObject { ["type"] = "string", ["pattern"] = @"\$\{" }) }
            : schema;

        private static JsonNode? DefaultOf(Field field) =>
            field.Shape is Shape.Number && ScalarShapes.TryNumber(field.Default!, out var number)
                ? JsonValue.Create(number)
                : ShapeDefault.ReadNormal(field);

        private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode)t)]);
    }
}
