namespace Godwit.Documents.Shapes;

/// <summary>
/// Reads a document by its shape: checks all of it at once, and brings it into one normal form, so that whoever uses it meets neither
/// abbreviations nor missing defaults. Nothing in the document makes this throw.
/// </summary>
public static class ShapeReader
{
    public static ShapeReading Read(YamlNode root, Shape shape, ShapeSource source)
    {
        var walk = new ShapeWalk(source);
        var value = walk.Read(root, shape, JsonPointer.Root, "The document");
        return new ShapeReading(value, walk.Places, [.. walk.Findings.OrderBy(f => f.Line).ThenBy(f => f.Column).Select(f => f.Finding)]);
    }
}
