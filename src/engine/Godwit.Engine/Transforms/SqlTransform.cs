using Godwit.Documents.Shapes;
using Godwit.Model.Findings;

namespace Godwit.Engine.Transforms;

/// <summary><c>sql</c>: an expression over the row's columns, evaluated by the database when the row is read.</summary>
internal sealed class SqlTransform : ITransformKind
{
    public string Name => "sql";

    public string Summary => "An SQL expression over the columns of the row, evaluated at the target";

    public Shape.Map Shape => new(
        new Field("expression", new Shape.Text(), "The expression; names are those of the table that is read", Required: true),
        new Field("volatile", new Shape.Flag(), "Whether it gives another value each time (now(), random()): then nothing can be compared") { Default = "false" })
    { Short = "expression" };

    public IEnumerable<Finding> Check(TransformSettings settings)
    {
        var expression = settings.Parameters.Text("expression");
        if (string.IsNullOrWhiteSpace(expression))
            yield return Finding.Error(FindingCodes.TransformSettings, $"The SQL expression of column {settings.Column} is empty", settings.Place);
        else if (expression.Contains(';', StringComparison.Ordinal) && !expression.Contains('\'', StringComparison.Ordinal))
            yield return Finding.Error(FindingCodes.TransformSettings, $"The SQL of column {settings.Column} is more than an expression", settings.Place, "Leave the semicolon out");
    }

    public ITransform Bind(TransformSettings settings) => new Transform
    {
        Inputs = [],
        Expression = settings.Parameters.Text("expression"),
        IsRepeatable = !settings.Parameters.Flag("volatile"),
        Output = TransformOutput.SameAsInput,
        Function = Transform.Keyless(inputs => inputs[0]),
    };
}
