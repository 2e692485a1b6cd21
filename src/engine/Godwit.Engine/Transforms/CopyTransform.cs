using Godwit.Documents.Shapes;
using Godwit.Model.Findings;

namespace Godwit.Engine.Transforms;

/// <summary><c>copy</c>: the value as it is; the database reads it as the new column's type.</summary>
internal sealed class CopyTransform : ITransformKind
{
    public string Name => "copy";

    public string Summary => "The value as it is, read by the database as the new column's type";

    public Shape.Map Shape => new(Parameters.From) { Short = "from" };

    public IEnumerable<Finding> Check(TransformSettings settings) => [];

    public ITransform Bind(TransformSettings settings) => new Transform
    {
        Inputs = [settings.Input()],
        Output = TransformOutput.SameAsInput,
        Function = Transform.Keyless(inputs => inputs[0]),
    };
}
