using System.Text.Json.Nodes;

namespace Godwit.Documents.Shapes;

/// <summary>
/// Reads settings in normal form: what <see cref="ShapeReader"/> made of a document, or what a plan kept of it. A key that the shape requires or gives a
/// default is there; asking for one that is not is a fault of the program.
/// </summary>
public static class SettingsReading
{
    public static bool Has(this JsonObject settings, string name) => settings[name] is not null;

    /// <summary>A text, a word, a file's path or a plain value.</summary>
    public static string Text(this JsonObject settings, string name) => Required(name, TextOrNull(settings, name));

    public static string? TextOrNull(this JsonObject settings, string name) => settings[name]?.GetValue<string>();

    public static long Whole(this JsonObject settings, string name) => Required(name, WholeOrNull(settings, name));

    /// <summary>Whether the number was just read or comes from a plan: JSON's numbers are whole here.</summary>
    public static long? WholeOrNull(this JsonObject settings, string name) => settings[name]?.GetValue<long>();

    public static decimal Number(this JsonObject settings, string name) => Required(name, NumberOrNull(settings, name));

    public static decimal? NumberOrNull(this JsonObject settings, string name) =>
        TextOrNull(settings, name) is not { } text ? null
        : ScalarShapes.TryNumber(text, out var number) ? number
        : throw Fault(name, "is no number");

    public static bool Flag(this JsonObject settings, string name) => Required(name, FlagOrNull(settings, name));

    public static bool? FlagOrNull(this JsonObject settings, string name) => settings[name]?.GetValue<bool>();

    public static TimeSpan Duration(this JsonObject settings, string name) => Required(name, DurationOrNull(settings, name));

    public static TimeSpan? DurationOrNull(this JsonObject settings, string name) =>
        TextOrNull(settings, name) is { } text ? DurationText.Parse(text) : null;

    /// <summary>A list of texts; none when the key is not there.</summary>
    public static IReadOnlyList<string> Texts(this JsonObject settings, string name) =>
        settings[name] is JsonArray array ? [.. array.Select(i => i!.GetValue<string>())] : [];

    /// <summary>Texts by name, in the order of the document; none when the key is not there.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> NamedTexts(this JsonObject settings, string name) =>
        settings[name] is JsonObject named ? [.. named.Select(p => KeyValuePair.Create(p.Key, p.Value!.GetValue<string>()))] : [];

    public static JsonObject Map(this JsonObject settings, string name) => Required(name, MapOrNull(settings, name));

    public static JsonObject? MapOrNull(this JsonObject settings, string name) => settings[name]?.AsObject();

    /// <summary>A list of mappings; none when the key is not there.</summary>
    public static IReadOnlyList<JsonObject> Maps(this JsonObject settings, string name) =>
        settings[name] is JsonArray array ? [.. array.Select(i => i!.AsObject())] : [];

    /// <summary>Mappings by name, in the order of the document; none when the key is not there.</summary>
    public static IReadOnlyList<KeyValuePair<string, JsonObject>> NamedMaps(this JsonObject settings, string name) =>
        settings[name] is JsonObject named ? [.. named.Select(p => KeyValuePair.Create(p.Key, p.Value!.AsObject()))] : [];

    /// <summary>Of an item of a kind: which kind it is, and the settings below it. Null when it is none of them.</summary>
    public static KeyValuePair<string, JsonNode>? KindOf(this JsonObject item, Shape.OneOf shape) =>
        shape.Kinds.FirstOrDefault(k => item[k.Name] is not null) is { } kind ? KeyValuePair.Create(kind.Name, item[kind.Name]!) : null;

    private static T Required<T>(string name, T? value)
        where T : struct =>
        value ?? throw Fault(name, "is not there");

    private static T Required<T>(string name, T? value)
        where T : class =>
        value ?? throw Fault(name, "is not there");

    private static ArgumentException Fault(string name, string what) => new($"the setting \"{name}\" {what}", nameof(name));
}
