using Godwit.Engine.Steps;
using Godwit.Model.Findings;

namespace Godwit.Engine.Transforms;

/// <summary>A transform that needs nothing but its values and, perhaps, one secret.</summary>
internal sealed record Transform : ITransform
{
    public required IReadOnlyList<string> Inputs { get; init; }

    public string? Expression { get; init; }

    public bool IsRepeatable { get; init; } = true;

    public TransformOutput Output { get; init; } = TransformOutput.Text;

    public Secret? Key { get; init; }

    public string? SecretName => Key?.Variable;

    /// <summary>Makes the function of the secret's value; null where there is none.</summary>
    public required Func<string?, TransformFunction> Function { get; init; }

    public static Func<string?, TransformFunction> Keyless(TransformFunction function) => _ => function;

    /// <summary>A function of one value that leaves NULL as it is.</summary>
    public static TransformFunction OfOne(Func<CellValue, CellValue> function) =>
        inputs => inputs[0].IsNull ? CellValue.Null : function(inputs[0]);

    public IEnumerable<Finding> FindMissing(IRunEnvironment environment) =>
        Key?.Find(environment).Finding is { } missing ? [missing] : [];

    public TransformFunction Open(IRunEnvironment environment) => Function(Key?.Read(environment));
}
