using Godwit.Documents.Shapes;

namespace Godwit.Engine.Runbooks;

/// <summary>
/// Parts of runbooks that come with the program: checklists of guides. One that is included is merged as a file is, so that what it says is part of the plan, and of its hash: a newer
/// program with another text makes another plan.
/// </summary>
public static class BuiltInRunbooks
{
    /// <summary>As <c>include</c> names them: <c>godwit:checklists/pheme</c>.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. typeof(BuiltInRunbooks).Assembly.GetManifestResourceNames().Where(n => n.StartsWith(Shape.File.BuiltInPrefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    public static bool IsName(string text) => Names.Contains(text, StringComparer.Ordinal);

    /// <param name="name">One of <see cref="Names"/>.</param>
    public static byte[] Read(string name)
    {
        using var stream = typeof(BuiltInRunbooks).Assembly.GetManifestResourceStream(name) ?? throw new ArgumentException($"there is no {name}", nameof(name));
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
