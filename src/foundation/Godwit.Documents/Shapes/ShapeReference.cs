using System.Globalization;
using System.Text;

namespace Godwit.Documents.Shapes;

/// <summary>The reference of a shape for people, in Markdown: one table of keys for each mapping, named shapes once.</summary>
public static class ShapeReference
{
    private static readonly Shape.Duration s_anyTime = new();

    /// <param name="root">The document.</param>
    /// <param name="title">The heading of its table.</param>
    /// <param name="level">How deep the headings stand: 3 is <c>###</c>.</param>
    public static string Create(Shape root, string title, int level)
    {
        var output = new StringBuilder();
        var waiting = new List<(string Title, Shape Shape)> { (title, root) };
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (waiting is [var next, ..])
        {
            waiting.RemoveAt(0);
            if (!seen.Add(next.Title)) continue;
            if (output.Length > 0) output.Append('\n');
            output.Append('#', level).Append(' ').Append(next.Title).Append("\n\n");
            if (next.Shape.Description is { } description) output.Append(Sentence.WithStop(description)).Append("\n\n");
            // What a table names comes next, before what earlier tables still have to show.
            var named = new List<(string Title, Shape Shape)>();
            WriteTable(output, next.Title, next.Shape, named, root);
            waiting.InsertRange(0, named);
        }
        return output.ToString();
    }

    private static void WriteTable(StringBuilder output, string title, Shape shape, List<(string Title, Shape Shape)> waiting, Shape root)
    {
        var (common, kinds) = shape switch
        {
            Shape.Map map => (map.Fields, []),
            Shape.OneOf oneOf => (oneOf.Common, oneOf.Kinds),
            _ => throw new ArgumentException("a table is made of keys", nameof(shape)),
        };
        if (common.Count > 0)
        {
            output.Append("| key | value | default | |\n|---|---|---|---|\n");
            foreach (var field in common) WriteRow(output, field, PathOf(title, field, shape == root), waiting);
        }
        if (shape is not Shape.OneOf) return;
        if (kinds.Count == 0) return;
        output.Append(common.Count > 0 ? "\nand exactly one of\n\n" : "Exactly one of\n\n").Append("| key | value | |\n|---|---|---|\n");
        foreach (var kind in kinds)
            output.Append(CultureInfo.InvariantCulture, $"| `{kind.Name}` | {ValueOf(kind.Shape, PathOf(title, kind, shape == root), waiting)} | {Cell(Sentence.WithStop(kind.Description))} |\n");
    }

    private static void WriteRow(StringBuilder output, Field field, string path, List<(string Title, Shape Shape)> waiting)
    {
        var otherwise = field switch
        {
            { Default: { } value } => $"`{value}`",
            { Required: true } => "required",
            _ => "",
        };
        output.Append(CultureInfo.InvariantCulture, $"| `{field.Name}` | {ValueOf(field.Shape, path, waiting)} | {Cell(otherwise)} | {Cell(Sentence.WithStop(field.Description))} |\n");
    }

    /// <summary>What a value looks like in a few words; a mapping's own table waits its turn.</summary>
    private static string ValueOf(Shape shape, string path, List<(string Title, Shape Shape)> waiting)
    {
        switch (shape)
        {
            case Shape.List list:
                return "list of " + ValueOf(list.Item, path, waiting);
            case Shape.Named named:
                return "names, each with " + ValueOf(named.Value, $"{path}.NAME", waiting);
            case Shape.Map { Fields: [] }:
                return "`{}`";
            case Shape.Map { Short: { } name } map when map.Fields is [var only] && only.Name == name:
                return $"{ValueOf(only.Shape, path, waiting)}, or `{{{name}: …}}`";
            case Shape.Map or Shape.OneOf:
                var title = shape.Name ?? path;
                waiting.Add((title, shape));
                var link = $"[{title}](#{Anchor(title)})";
                return shape is Shape.Map { Short: { } brief } full ? $"{link}, or its `{brief}` alone: {ValueOf(full.Fields.First(f => f.Name == brief).Shape, $"{path}.{brief}", waiting)}" : link;
            default:
                return Cell(BriefOf(shape));
        }
    }

    private static string BriefOf(Shape shape) => shape switch
    {
        Shape.Text { Expected: null, Pattern: null } => "text",
        Shape.Choice choice => string.Join(", ", choice.Words.Select(w => $"`{w}`")),
        Shape.Whole whole when whole.Min == whole.Max => string.Create(CultureInfo.InvariantCulture, $"`{whole.Min}`"),
        Shape.Flag => "`true`, `false`",
        Shape.Duration duration when duration.Min == s_anyTime.Min && duration.Max == s_anyTime.Max => "length of time",
        Shape.Duration duration => $"length of time, {DurationText.Write(duration.Min)} to {DurationText.Write(duration.Max)}",
        Shape.File { BuiltIn: { Count: > 0 } names } => $"file, or one of {string.Join(", ", names.Select(n => $"`{n}`"))}",
        Shape.File => "file",
        Shape.Scalar => "plain value",
        _ => ScalarShapes.Expected(shape).Replace(", without quotes", "", StringComparison.Ordinal),
    };

    private static string PathOf(string title, Field field, bool atRoot) => atRoot ? field.Name : $"{title}.{field.Name}";

    /// <summary>As a page's headings become anchors on the web: lower case, letters, digits, '-' and '_' only.</summary>
    private static string Anchor(string title) =>
        string.Concat(title.ToLowerInvariant().Select(c => c == ' ' ? '-' : c).Where(c => char.IsLetterOrDigit(c) || c is '-' or '_'));

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("\n", " ", StringComparison.Ordinal);
}
