using Godwit.Documents.Shapes;
using Godwit.Model.Findings;

namespace Godwit.Engine.Transforms;

/// <summary><c>lower</c>: text in lower case, character by character by Unicode's simple mapping, the same on every machine.</summary>
internal sealed class LowerTransform : ITransformKind
{
    public string Name => "lower";

    public string Summary => "Text in lower case, by Unicode's simple mapping and no language's rules";

    public Shape.Map Shape => new(Parameters.From) { Short = "from" };

    public IEnumerable<Finding> Check(TransformSettings settings) => [];

    public ITransform Bind(TransformSettings settings) => new Transform
    {
        Inputs = [settings.Input()],
        Function = Transform.Keyless(Transform.OfOne(value => CellValue.Of(value.ToText().ToLowerInvariant()))),
    };
}
