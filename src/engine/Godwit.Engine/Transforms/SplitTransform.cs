using Godwit.Documents.Shapes;
using Godwit.Model.Findings;

namespace Godwit.Engine.Transforms;

/// <summary><c>split</c>: one part of a text; NULL when it has fewer.</summary>
internal sealed class SplitTransform : ITransformKind
{
    public string Name => "split";

    public string Summary => "One part of a text; NULL when the text has fewer parts";

    public Shape.Map Shape => new(
        Parameters.From,
        new Field("separator", new Shape.Text { MaxLength = 100 }, "What stands between the parts", Required: true),
        new Field("part", new Shape.Whole(1, 1000), "Which part, the first is 1", Required: true),
        new Field("rest", new Shape.Flag(), "Whether everything after it belongs to it") { Default = "false" });

    public IEnumerable<Finding> Check(TransformSettings settings)
    {
        if (string.IsNullOrEmpty(settings.Parameters.Text("separator")))
            yield return Finding.Error(FindingCodes.TransformSettings, $"The separator of column {settings.Column} is empty", settings.Place);
    }

    public ITransform Bind(TransformSettings settings)
    {
        var separator = settings.Parameters.Text("separator");
        var part = (int)settings.Parameters.Whole("part");
        var rest = settings.Parameters.Flag("rest");
        return new Transform { Inputs = [settings.Input()], Function = Transform.Keyless(Transform.OfOne(Pick)) };

        CellValue Pick(CellValue value)
        {
            var parts = value.ToText().Split(separator, rest ? part : part + 1);
            return parts.Length < part ? CellValue.Null : CellValue.Of(parts[part - 1]);
        }
    }
}
