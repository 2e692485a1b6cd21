using System.Text.Json.Nodes;
using Godwit.Documents;
using Godwit.Documents.Shapes;
using Godwit.Engine.Steps;
using Godwit.Engine.Transforms;
using Godwit.Model.Findings;

namespace Godwit.Engine.Tests.Transforms;

/// <summary>Transforms as a runbook writes them.</summary>
internal static class Transforming
{
    public static readonly IRunEnvironment Variables = new Environment(new() { ["PEPPER"] = "pepper", ["MASK_KEY"] = "0123456789abcdef", ["SHORT"] = "short" });

    public static TransformSettings Read(string yaml, string column = "column")
    {
        var registry = TransformRegistry.Standard;
        var root = YamlReader.Read(yaml, "test.yaml", FindingCodes.MapFile).Root!;
        var codes = new ShapeCodes(FindingCodes.MapFile, FindingCodes.MapUnknown, FindingCodes.MapFile, FindingCodes.MapFile, FindingCodes.MapFile);
        var reading = ShapeReader.Read(root, registry.Shape, new ShapeSource("test.yaml", new DocumentFolder("."), "", codes));
        Assert.Empty(reading.Findings);
        return registry.Read(column, (JsonObject?)reading.Value)!;
    }

    public static ITransform Bind(string yaml)
    {
        var settings = Read(yaml);
        Assert.Empty(TransformRegistry.Standard.Check(settings));
        return TransformRegistry.Standard.Bind(settings);
    }

    public static string? Apply(string yaml, params string?[] inputs) => Bind(yaml).Open(Variables)([.. inputs.Select(CellValue.Of)]).Text;

    internal sealed class Environment(Dictionary<string, string> values) : IRunEnvironment
    {
        public string? Find(string name) => values.GetValueOrDefault(name);
    }
}
