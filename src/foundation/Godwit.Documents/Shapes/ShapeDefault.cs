using System.Text.Json.Nodes;
using Godwit.Model.Findings;

namespace Godwit.Documents.Shapes;

/// <summary>Turns a default, which stands in the shape as it would be written, into nodes.</summary>
public static class ShapeDefault
{
    /// <summary>Nodes that stand where the mapping does.</summary>
    internal static YamlNode NodeOf(Field field, YamlMapping mapping)
    {
        var text = field.Default!;
        if (field.Shape is Shape.List or Shape.Map or Shape.Named or Shape.OneOf)
        {
            var root = YamlReader.Read(text, field.Name, s_code).Root
                ?? throw new ArgumentException($"the default of \"{field.Name}\" is not YAML", nameof(field));
            return MoveTo(root, mapping);
        }
        // A default that is empty is an empty text, not nothing.
        var isPlain = field.Shape is Shape.Whole or Shape.Flag or Shape.Number or Shape.Duration;
        return new YamlScalar(text, isPlain, mapping.Line, mapping.Column);
    }

    /// <summary>The default in normal form, for the schema. A file's is its path: whether it exists is no question of the shape.</summary>
    public static JsonNode? ReadNormal(Field field)
    {
        if (field.Shape is Shape.File) return JsonValue.Create(field.Default);
        var reading = ShapeReader.Read(
            NodeOf(field, new YamlMapping([], 1, 1)), field.Shape, new ShapeSource(field.Name, new DocumentFolder("."), "", new ShapeCodes(s_code, s_code, s_code, s_code, s_code)));
        return reading.Findings is [var finding, ..]
            ? throw new ArgumentException($"the default of \"{field.Name}\" does not fit its shape: {finding.Message}", nameof(field))
            : reading.Value;
    }

    private static readonly FindingCode s_code = new("GW0000", "A default is not YAML");

    private static YamlNode MoveTo(YamlNode node, YamlNode place) => node switch
    {
        YamlScalar scalar => scalar with { Line = place.Line, Column = place.Column },
        YamlSequence sequence => new YamlSequence([.. sequence.Items.Select(i => MoveTo(i, place))], place.Line, place.Column),
        YamlMapping mapping => new YamlMapping(
            [.. mapping.Entries.Select(e => new YamlEntry(e.Key with { Line = place.Line, Column = place.Column }, MoveTo(e.Value, place)))], place.Line, place.Column),
        _ => throw new ArgumentException("an unknown node", nameof(node)),
    };
}
