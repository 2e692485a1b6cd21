namespace Godwit.Documents.Shapes;

/// <summary>Descriptions as they stand in running text.</summary>
internal static class Sentence
{
    public static string WithStop(string text) => text.EndsWith('.') ? text : text + ".";

    /// <summary>For the middle of a sentence; a word of capitals keeps them.</summary>
    public static string Uncapitalized(string text) =>
        text.Length > 1 && char.IsUpper(text[0]) && !char.IsUpper(text[1]) ? char.ToLowerInvariant(text[0]) + text[1..] : text;
}
