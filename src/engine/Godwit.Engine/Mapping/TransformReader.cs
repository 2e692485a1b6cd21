using System.Text.Json.Nodes;
using Godwit.Documents;
using Godwit.Documents.Shapes;
using Godwit.Engine.Transforms;
using Godwit.Model.Findings;
using Godwit.Model.Moves;

namespace Godwit.Engine.Mapping;

/// <summary>Reads what a mapping file says of a column's transform: the same entry, by the same registry, as a backfill's.</summary>
internal sealed class TransformReader(string path, TransformRegistry transforms, List<Finding> findings)
{
    private static readonly ShapeCodes Codes = new(FindingCodes.MapFile, FindingCodes.MapFile, FindingCodes.MapFile, FindingCodes.MapFile, FindingCodes.MapFile);

    /// <summary>Null, with findings, when it is no transform that a move can make.</summary>
    public ColumnTransform? Read(string column, YamlEntry entry)
    {
        var reading = ShapeReader.Read(entry.Value, transforms.Shape, new ShapeSource(path, new DocumentFolder("."), "", Codes));
        findings.AddRange(reading.Findings);
        if (reading.Findings.Any(f => f.Severity == Severity.Error) || transforms.Read(column, reading.Value, At(entry.Value)) is not { } settings) return null;
        if (transforms.IsKeyed(settings.Kind))
        {
            if (settings.Kind is "encrypt_personal" or "decrypt_personal")
            {
                findings.Add(Finding.Error(
                    FindingCodes.TransformRefused, $"Column \"{column}\" is made by {settings.Kind}, whose keys a move does not ask for", At(entry.Value),
                    "Move the column as it is, and fill the encrypted one by a backfill after the move (docs/encrypting.md)."));
                return null;
            }
            if (settings.Parameters.Has("encrypted") && settings.Parameters.Flag("encrypted"))
            {
                findings.Add(Finding.Error(
                    FindingCodes.TransformRefused, $"Column \"{column}\" is made by {settings.Kind} of values that are encrypted: a source's are not opened on the way", At(entry.Value),
                    "Move them as they are, and bind them anew by a backfill after the move (docs/encrypting.md)."));
                return null;
            }
            settings = settings with { Destination = MoveTransforms.Elsewhere };
        }
        var wrong = transforms.Check(settings).ToList();
        findings.AddRange(wrong);
        if (wrong.Exists(f => f.Severity == Severity.Error)) return null;
        var transform = transforms.Bind(settings);
        if (transform.Expression is null) return new ColumnTransform(settings.Kind, Text(settings.Parameters), transform.Inputs);
        findings.Add(Finding.Error(
            FindingCodes.TransformRefused, $"Column \"{column}\" is made by {settings.Kind}, which the target evaluates over a row that it holds: in a move there is none yet", At(entry.Value),
            "Use another transform, or fill the column after the move with a backfill."));
        return null;
    }

    public IReadOnlyList<Dependents> ReadDrop(YamlEntry entry)
    {
        var words = entry.Value is YamlSequence list ? list.Items : [entry.Value];
        var drop = new List<Dependents>();
        foreach (var word in words)
        {
            if (word is YamlScalar { Value: var text } && MapWords.Dependents.TryGetValue(text, out var kind)) drop.Add(kind);
            else findings.Add(Finding.Error(FindingCodes.MapFile, "What may be dropped is a list of words", At(word), $"Words are: {string.Join(", ", MapWords.Dependents.Keys)}"));
        }
        return drop;
    }

    /// <summary>What does not go together.</summary>
    public void Check(ColumnMap map)
    {
        if (map.LeaveOut && (map.Transform is not null || map.Type is not null || map.Rename is not null))
            Wrong("is left out, so nothing else can be said of it", "Remove leave_out, or all else but drop");
        if (map.Drop.Count > 0 && map is { LeaveOut: false, Transform: null or { IsCopy: true } })
            Wrong("is neither transformed nor left out, so nothing needs to be dropped for it", "Remove drop");
        if (map is { Transform: not null, Format: not null and not DateFormat.Text })
            Wrong("has both a transform and a format: a transform gives text", "Remove the format");

        void Wrong(string what, string remedy) => findings.Add(Finding.Error(FindingCodes.MapFile, $"Column \"{map.Name}\" {what}", map.Place, remedy));
    }

    /// <summary>One text for the same parameters, whatever their order was; what it reads stands apart.</summary>
    private static string Text(JsonObject parameters) =>
        new JsonObject(parameters.OrderBy(p => p.Key, StringComparer.Ordinal).Where(p => p.Value is not null && p.Key != "from").Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone()))).ToJsonString();

    private Place.InFile At(YamlNode node) => new(path, node.Line, node.Column);
}
