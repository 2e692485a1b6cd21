using Godwit.Documents.Shapes;
using Godwit.Model.Findings;

namespace Godwit.Engine.Transforms;

/// <summary><c>constant</c>: the same value in every row.</summary>
internal sealed class ConstantTransform : ITransformKind
{
    public string Name => "constant";

    public string Summary => "The same value in every row";

    public Shape.Map Shape => new(new Field("value", new Shape.Scalar(), "The value, as the database reads it", Required: true)) { Short = "value" };

    public IEnumerable<Finding> Check(TransformSettings settings) => [];

    public ITransform Bind(TransformSettings settings)
    {
        var value = CellValue.Of(settings.Parameters.Text("value"));
        return new Transform { Inputs = [], Function = Transform.Keyless(_ => value) };
    }
}
