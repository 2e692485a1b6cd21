using Godwit.Documents.Shapes;

namespace Godwit.Engine.Transforms;

/// <summary>Shapes that transforms share.</summary>
internal static class Parameters
{
    /// <summary>A column's name. It is used exactly as written: always quoted, never folded to lower case.</summary>
    public static Shape.Text Column => new("[^\\x00]{1,63}") { Expected = "a column's name", MaxLength = 63 };

    /// <summary>An environment variable's name.</summary>
    public static Shape.Text Variable => new("[A-Za-z_][A-Za-z0-9_]{0,127}") { Expected = "the name of an environment variable" };

    public static Field From => new("from", Column, "The column that is read; the one of the same name where it is left out.");

    public static string Input(this TransformSettings settings) => settings.Parameters.TextOrNull("from") ?? settings.Column;
}
