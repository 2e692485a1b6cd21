using System.Text.Json;
using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;

namespace Godwit.Engine.Transforms;

/// <summary>Parameters as a shape's reader leaves them; the shapes and texts that transforms share.</summary>
internal static class Parameters
{
    /// <summary>A column's name. It is used exactly as written: always quoted, never folded to lower case.</summary>
    public static Shape.Text Column => new(@"^[^\x00]{1,63}$") { Expected = "a column's name", MaxLength = 63 };

    /// <summary>An environment variable's name.</summary>
    public static Shape.Text Variable => new("^[A-Za-z_][A-Za-z0-9_]{0,127}$") { Expected = "the name of an environment variable" };

    public static Field From => new("from", Column, "The column that is read; the one of the same name where it is left out");

    public static string? Text(this JsonObject parameters, string name) => parameters[name] is JsonValue value ? AsText(value) : null;

    public static string Input(this TransformSettings settings) => settings.Parameters.Text("from") ?? settings.Column;

    public static IReadOnlyList<string> Texts(this JsonObject parameters, string name) =>
        parameters[name] is JsonArray items ? [.. items.OfType<JsonValue>().Select(AsText)] : [];

    public static bool Flag(this JsonObject parameters, string name) => string.Equals(parameters.Text(name), "true", StringComparison.OrdinalIgnoreCase);

    public static int? Whole(this JsonObject parameters, string name) =>
        parameters.Text(name) is { } text ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : null;

    public static decimal? Number(this JsonObject parameters, string name) =>
        parameters.Text(name) is { } text ? decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : null;

    public static TimeSpan? Duration(this JsonObject parameters, string name) =>
        parameters.Text(name) is { } text ? DurationText.Parse(text) : null;

    private static string AsText(JsonValue value) => value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();
}
