using Godwit.Documents.Shapes;
using Godwit.Model.Findings;

namespace Godwit.Engine.Transforms;

/// <summary><c>merge</c>: several columns' texts as one.</summary>
internal sealed class MergeTransform : ITransformKind
{
    public string Name => "merge";

    public string Summary => "The texts of several columns as one";

    public Shape.Map Shape => new(
        new Field("from", new Shape.List(Parameters.Column) { Min = 1, Max = 100 }, "The columns, in their order", Required: true),
        new Field("separator", new Shape.Text { MaxLength = 100 }, "What stands between them") { Default = " " },
        new Field("nulls", new Shape.Choice("skip", "null"), "A NULL among them is left out, or makes the whole NULL") { Default = "skip" })
    { Short = "from" };

    public IEnumerable<Finding> Check(TransformSettings settings)
    {
        if (settings.Parameters.Texts("from").Count == 0)
            yield return Finding.Error(FindingCodes.TransformSettings, $"Nothing is merged into column {settings.Column}", settings.Place);
    }

    public ITransform Bind(TransformSettings settings)
    {
        var separator = settings.Parameters.Text("separator");
        var spoils = settings.Parameters.Text("nulls") == "null";
        return new Transform { Inputs = settings.Parameters.Texts("from"), Function = Transform.Keyless(Join) };

        CellValue Join(IReadOnlyList<CellValue> inputs)
        {
            var there = inputs.Where(v => !v.IsNull).ToList();
            return there.Count == 0 || (spoils && there.Count < inputs.Count) ? CellValue.Null : CellValue.Of(string.Join(separator, there.Select(v => v.ToText())));
        }
    }
}
