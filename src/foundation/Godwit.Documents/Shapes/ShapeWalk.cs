using System.Text.Json.Nodes;
using Godwit.Model.Findings;

namespace Godwit.Documents.Shapes;

/// <summary>One reading of one document, on its way through the document's nodes.</summary>
internal sealed class ShapeWalk(ShapeSource source)
{
    public List<(int Line, int Column, Finding Finding)> Findings { get; } = [];

    public Dictionary<string, Place.InFile> Places { get; } = new(StringComparer.Ordinal);

    /// <param name="label">What a message calls the value: <c>"timeout"</c>, <c>An item of "steps"</c>.</param>
    /// <returns>Null when it could not be read, and a finding says so.</returns>
    public JsonNode? Read(YamlNode node, Shape shape, string pointer, string label)
    {
        Places[pointer] = At(node);
        return shape switch
        {
            Shape.List list => ReadList(node, list, pointer, label),
            Shape.Map map => ReadMap(node, map, pointer, label),
            Shape.Named named => ReadNamed(node, named, pointer, label),
            Shape.OneOf oneOf => ReadOneOf(node, oneOf, pointer, label),
            _ => ReadScalar(node, shape, label),
        };
    }

    private JsonArray? ReadList(YamlNode node, Shape.List list, string pointer, string label)
    {
        // A key whose items are all commented out is an empty list.
        var items = node switch
        {
            YamlSequence sequence => sequence.Items,
            YamlScalar { IsNull: true } => [],
            _ => null,
        };
        if (items is null)
        {
            Add(source.Codes.Wrong, node, $"{label} must be a list, but is {node.Kind}", "Begin each item with \"- \", or write [a, b]");
            return null;
        }
        if (items.Count < list.Min) Add(source.Codes.Wrong, node, $"{label} must have at least {list.Min} {(list.Min == 1 ? "item" : "items")}");
        if (items.Count > list.Max) Add(source.Codes.Wrong, node, $"{label} must have at most {list.Max} items");
        var array = new JsonArray();
        foreach (var item in items.Take(list.Max))
        {
            // The index in the normal form, so that places and values agree even when an item was left out.
            if (Read(item, list.Item, JsonPointer.Below(pointer, array.Count), $"An item of {label}") is { } value) array.Add(value);
        }
        return array;
    }

    private JsonObject? ReadMap(YamlNode node, Shape.Map map, string pointer, string label)
    {
        var mapping = node switch
        {
            YamlMapping written => written,
            YamlScalar { IsNull: true } => new YamlMapping([], node.Line, node.Column),
            _ when map.Short is { } name => new YamlMapping([new YamlEntry(new YamlScalar(name, IsPlain: true, node.Line, node.Column), node)], node.Line, node.Column),
            _ => null,
        };
        if (mapping is null)
        {
            AddNoMapping(node, label, map.Fields);
            return null;
        }
        var value = new JsonObject();
        ReadFields(mapping, map.Fields, value, pointer, label);
        FindUnknown(mapping, [.. map.Fields.Select(f => f.Name)]);
        return value;
    }

    private JsonObject? ReadNamed(YamlNode node, Shape.Named named, string pointer, string label)
    {
        if (node is YamlScalar { IsNull: true }) return [];
        if (node is not YamlMapping mapping)
        {
            Add(source.Codes.Wrong, node, $"{label} must be a mapping of names to values, but is {node.Kind}", "Write \"name: value\" lines below it");
            return null;
        }
        var value = new JsonObject();
        foreach (var (key, item) in mapping.Entries)
        {
            if (!ScalarShapes.Matches(key.Value, named.NamePattern))
            {
                Add(source.Codes.Wrong, key, $"A name in {label} is not allowed", $"Names match {named.NamePattern}");
                continue;
            }
            if (Read(item, named.Value, JsonPointer.Below(pointer, key.Value), $"\"{key.Value}\"") is { } read) value[key.Value] = read;
        }
        return value;
    }

    private JsonObject? ReadOneOf(YamlNode node, Shape.OneOf oneOf, string pointer, string label)
    {
        if (node is not YamlMapping mapping)
        {
            AddNoMapping(node, label, oneOf.Kinds);
            return null;
        }
        var value = new JsonObject();
        ReadFields(mapping, oneOf.Common, value, pointer, label);
        var unknown = FindUnknown(mapping, [.. oneOf.Common.Concat(oneOf.Kinds).Select(f => f.Name)]);
        var kinds = mapping.Entries.Where(e => oneOf.Kinds.Any(k => k.Name == e.Key.Value)).ToList();
        // A misspelt kind has its finding already; that the kind is missing would be the same said twice.
        if (kinds.Count == 0 && unknown == 0)
            Add(source.Codes.Missing, mapping, $"{label} does not say what it is", Keys("It has exactly one of these keys", oneOf.Kinds.Select(k => k.Name)));
        foreach (var second in kinds.Skip(1))
            Add(source.Codes.Wrong, second.Key, $"\"{kinds[0].Key.Value}\" and \"{second.Key.Value}\" stand together; it is one or the other", "Make two items of it, or remove one of the keys");
        if (kinds is [var kind, ..])
        {
            var field = oneOf.Kinds.First(k => k.Name == kind.Key.Value);
            if (Read(kind.Value, field.Shape, JsonPointer.Below(pointer, field.Name), $"\"{field.Name}\"") is { } read) value[field.Name] = read;
        }
        return value;
    }

    private void ReadFields(YamlMapping mapping, IReadOnlyList<Field> fields, JsonObject value, string pointer, string label)
    {
        foreach (var field in fields)
        {
            var node = mapping[field.Name] ?? (field.Default is null ? null : ShapeDefault.NodeOf(field, mapping));
            if (node is null)
            {
                if (field.Required) Add(source.Codes.Missing, mapping, $"{label} has no key \"{field.Name}\"", $"Add \"{field.Name}: …\": {Sentence.Uncapitalized(field.Description)}");
                continue;
            }
            if (Read(node, field.Shape, JsonPointer.Below(pointer, field.Name), $"\"{field.Name}\"") is { } read) value[field.Name] = read;
        }
    }

    private int FindUnknown(YamlMapping mapping, IReadOnlyList<string> known)
    {
        var unknown = mapping.Entries.Where(e => !known.Contains(e.Key.Value, StringComparer.Ordinal)).ToList();
        foreach (var (key, _) in unknown)
        {
            var meant = Suggestion.For(key.Value, known.Where(k => mapping[k] is null));
            Add(source.Codes.Unknown, key, $"There is no key \"{key.Value}\" here", (meant is null ? "" : $"Did you mean \"{meant}\"? ") + Keys("Keys are", known));
        }
        return unknown.Count;
    }

    private JsonNode? ReadScalar(YamlNode node, Shape shape, string label)
    {
        if (node is not YamlScalar scalar)
        {
            Add(source.Codes.Wrong, node, $"{label} must be {ScalarShapes.Expected(shape)}, but is {node.Kind}");
            return null;
        }
        if (scalar.IsNull && (shape is not Shape.Scalar || scalar.Value.Length == 0))
        {
            Add(source.Codes.Wrong, node, $"{label} has no value", $"Write {ScalarShapes.Expected(shape)}, or remove the key");
            return null;
        }
        if (!IsText(scalar.Value))
        {
            // A plan is kept in the database, whose text holds no NUL, and hashed as UTF-8.
            Add(source.Codes.Wrong, node, $"{label} holds a NUL character or half a character pair");
            return null;
        }
        if (shape is Shape.File file) return IsBuiltIn(scalar.Value, file) ? ReadBuiltIn(scalar, file, label) : ReadFile(scalar, label);
        if (ScalarShapes.TryRead(scalar, shape) is { } value) return value;
        var meant = shape is Shape.Choice choice ? Suggestion.For(scalar.Value, choice.Words) : null;
        Add(source.Codes.Wrong, node, $"{label} must be {ScalarShapes.Expected(shape)}", meant is null ? null : $"Did you mean {meant}?");
        return null;
    }

    private static bool IsBuiltIn(string value, Shape.File file) => file.BuiltIn.Count > 0 && value.StartsWith(Shape.File.BuiltInPrefix, StringComparison.Ordinal);

    private JsonValue? ReadBuiltIn(YamlScalar scalar, Shape.File file, string label)
    {
        if (file.BuiltIn.Contains(scalar.Value, StringComparer.Ordinal)) return JsonValue.Create(scalar.Value);
        var meant = Suggestion.For(scalar.Value, file.BuiltIn);
        Add(source.Codes.NoFile, scalar, $"{label} names nothing that comes with this program: {scalar.Value}", (meant is null ? "" : $"Did you mean \"{meant}\"? ") + Keys("There are", file.BuiltIn));
        return null;
    }

    private JsonValue? ReadFile(YamlScalar scalar, string label)
    {
        switch (source.Folder.Find(source.Below, scalar.Value))
        {
            case FolderFile.Found found:
                return JsonValue.Create(found.Path);
            case FolderFile.Missing missing:
                Add(source.Codes.NoFile, scalar, $"{label} names a file that is not there: {missing.Path}", "Paths start at the folder of the file that names them");
                return null;
            default:
                Add(source.Codes.Outside, scalar, $"{label} leads out of the document's folder", "Put the file into the folder, and name it by a relative path");
                return null;
        }
    }

    private static bool IsText(string value)
    {
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '\0' || char.IsLowSurrogate(value[i])) return false;
            if (!char.IsHighSurrogate(value[i])) continue;
            if (i + 1 == value.Length || !char.IsLowSurrogate(value[i + 1])) return false;
            i++;
        }
        return true;
    }

    private void AddNoMapping(YamlNode node, string label, IReadOnlyList<Field> fields) =>
        Add(source.Codes.Wrong, node, $"{label} must be a mapping, but is {node.Kind}", Keys("Its keys are", fields.Select(f => f.Name)));

    private static string Keys(string lead, IEnumerable<string> names) => string.Join(", ", names) is { Length: > 0 } list ? $"{lead}: {list}" : "There are none";

    private void Add(FindingCode code, YamlNode node, string message, string? remedy = null) =>
        Findings.Add((node.Line, node.Column, Finding.Error(code, message, At(node), remedy)));

    private Place.InFile At(YamlNode node) => new(source.Path, node.Line, node.Column);
}
