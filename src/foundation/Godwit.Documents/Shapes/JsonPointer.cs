namespace Godwit.Documents.Shapes;

/// <summary>Pointers into a JSON document (RFC 6901).</summary>
public static class JsonPointer
{
    public const string Root = "";

    public static string Below(string pointer, string name) =>
        $"{pointer}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    public static string Below(string pointer, int index) => $"{pointer}/{index}";
}
