using System.Text.Json.Nodes;

namespace Godwit.Documents.Shapes;

/// <summary>Finds the files that a value in normal form names.</summary>
public static class ShapeFiles
{
    /// <summary>Each with its JSON pointer, in the order of the shape; one that is named twice comes twice.</summary>
    public static IEnumerable<(string Pointer, string Path)> Of(JsonNode? value, Shape shape, string pointer = JsonPointer.Root) => (shape, value) switch
    {
        (_, null) => [],
        (Shape.File { BuiltIn.Count: > 0 }, JsonValue brought) when brought.GetValue<string>().StartsWith(Shape.File.BuiltInPrefix, StringComparison.Ordinal) => [],
        (Shape.File, JsonValue file) => [(pointer, file.GetValue<string>())],
        (Shape.List list, JsonArray items) => items.SelectMany((item, i) => Of(item, list.Item, JsonPointer.Below(pointer, i))),
        (Shape.Map map, JsonObject fields) => OfFields(fields, map.Fields, pointer),
        (Shape.Named named, JsonObject fields) => fields.SelectMany(f => Of(f.Value, named.Value, JsonPointer.Below(pointer, f.Key))),
        (Shape.OneOf oneOf, JsonObject fields) => OfFields(fields, [.. oneOf.Common, .. oneOf.Kinds], pointer),
        _ => [],
    };

    private static IEnumerable<(string Pointer, string Path)> OfFields(JsonObject value, IReadOnlyList<Field> fields, string pointer) =>
        fields.SelectMany(f => Of(value[f.Name], f.Shape, JsonPointer.Below(pointer, f.Name)));
}
