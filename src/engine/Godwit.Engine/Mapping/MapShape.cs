using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Transforms;

namespace Godwit.Engine.Mapping;

/// <summary>A mapping file's columns where they stand in a runbook instead.</summary>
internal static class MapShape
{
    /// <summary>Columns by table and name.</summary>
    public static Shape.Named Columns(TransformRegistry transforms) => Names(Names(Column(transforms)));

    /// <summary>The same as a mapping file. JSON is YAML.</summary>
    public static string Text(JsonObject columns) => new JsonObject
    {
        ["tables"] = new JsonObject(columns.Select(t => KeyValuePair.Create<string, JsonNode?>(t.Key, new JsonObject { ["columns"] = t.Value?.DeepClone() }))),
    }.ToJsonString();

    private static Shape.Map Column(TransformRegistry transforms) => new(
        new Field("type", new Shape.Text { MaxLength = 100, Expected = "a type, as docs/mapping.md lists them" }, "The type that the column becomes"),
        new Field("format", new Shape.Choice("text", "unix-seconds", "unix-milliseconds", "julian-day"), "How the source keeps a date or time"),
        new Field("empty", new Shape.Choice("null", "keep"), "Whether empty text becomes NULL"),
        new Field("collation", new Shape.Choice("default", "C"), "The collation of a text column"),
        new Field("rename", new Shape.Text { MaxLength = 63, Expected = "a column's name" }, "The column's name at the target"),
        new Field("transform", transforms.Shape with { Name = "transform" }, "What makes the column's values; a column that the source does not have is a new one"),
        new Field("leave_out", new Shape.Flag(), "Whether the column stays behind"),
        new Field("drop", new Shape.List(new Shape.Choice([.. MapWords.Dependents.Keys])), "What may stay behind because it speaks of values that the column no longer holds"));

    private static Shape.Named Names(Shape value) => new(value) { NamePattern = "^[^\\x00]{1,200}$" };
}
