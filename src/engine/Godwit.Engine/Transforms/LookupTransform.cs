using System.Text.Json;
using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Model.Findings;

namespace Godwit.Engine.Transforms;

/// <summary><c>lookup</c>: old values to new ones by a table in the runbook.</summary>
internal sealed class LookupTransform : ITransformKind
{
    public string Name => "lookup";

    public string Summary => "Old values to new ones, by a table that stands in the runbook";

    public Shape.Map Shape => new(
        Parameters.From,
        new Field("values", new Shape.Named(new Shape.Scalar()) { NamePattern = @"^[^\x00]{1,200}$" }, "Old value: new value", Required: true),
        new Field("otherwise", new Shape.Choice("fail", "keep", "null"), "What becomes of a value that is not in the table") { Default = "fail" });

    public IEnumerable<Finding> Check(TransformSettings settings)
    {
        if (settings.Parameters["values"] is not JsonObject { Count: > 0 })
            yield return Finding.Error(FindingCodes.TransformSettings, $"The lookup of column {settings.Column} has no values", settings.Place);
    }

    public ITransform Bind(TransformSettings settings)
    {
        var values = ((JsonObject)settings.Parameters["values"]!).ToDictionary(
            v => v.Key, v => v.Value is null ? CellValue.Null : CellValue.Of(v.Value.GetValueKind() == JsonValueKind.String ? v.Value.GetValue<string>() : v.Value.ToJsonString()), StringComparer.Ordinal);
        var otherwise = settings.Parameters.Text("otherwise");
        return new Transform { Inputs = [settings.Input()], Function = Transform.Keyless(Transform.OfOne(Find)) };

        CellValue Find(CellValue value) => values.TryGetValue(value.ToText(), out var found) ? found : otherwise switch
        {
            "keep" => value,
            "null" => CellValue.Null,
            _ => throw new TransformException("the lookup has no entry for the value"),
        };
    }
}
