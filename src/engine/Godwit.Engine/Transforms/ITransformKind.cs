using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Backfill;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;

namespace Godwit.Engine.Transforms;

/// <summary>
/// A named function of a runbook: what it is called, what its parameters look like, and how one is made. To add one is a class that implements this
/// and a line in <see cref="TransformRegistry.Standard"/>.
/// </summary>
public interface ITransformKind
{
    /// <summary>The key in the runbook: <c>copy</c>, <c>mask:email</c>.</summary>
    string Name { get; }

    /// <summary>One sentence for the schema and the editor.</summary>
    string Summary { get; }

    Shape.Map Shape { get; }

    /// <summary>Whether it works with keys of the target's keyring: such a transform needs a table that it fills (<see cref="TransformSettings.Destination"/>).</summary>
    bool IsKeyed => false;

    /// <summary>What is wrong with parameters beyond their shape.</summary>
    IEnumerable<Finding> Check(TransformSettings settings);

    /// <summary>Called after <see cref="Check"/> found no error.</summary>
    ITransform Bind(TransformSettings settings);
}

/// <summary>A transform as it was written.</summary>
/// <param name="Column">The column that it fills.</param>
/// <param name="Kind">The kind's name.</param>
/// <param name="Parameters">What the kind's shape describes, defaults filled in.</param>
/// <param name="Place">Where it stands, for findings.</param>
/// <param name="Destination">The tables; null where there are none yet.</param>
public sealed record TransformSettings(string Column, string Kind, JsonObject Parameters, Place? Place = null, TransformDestination? Destination = null);

/// <summary>From where to where a transform's values go.</summary>
/// <param name="From">The table that is read.</param>
/// <param name="Into">The table that is written.</param>
/// <param name="IsSameRow">Whether columns of the row that is read are written, and not a row of another table.</param>
public sealed record TransformDestination(TableReference From, TableReference Into, bool IsSameRow);

/// <summary>What a transform gives.</summary>
public enum TransformOutput
{
    /// <summary>Whatever its first input is.</summary>
    SameAsInput,

    /// <summary>Text, which the database reads as the column's type.</summary>
    Text,

    /// <summary>Bytes: the column must be bytea.</summary>
    Bytes,
}

/// <summary>A transform with its parameters: a function from some columns' values to one value.</summary>
public interface ITransform
{
    /// <summary>The columns it reads, in the order of <see cref="TransformFunction"/>'s values.</summary>
    IReadOnlyList<string> Inputs { get; }

    /// <summary>An expression over the row that the database evaluates in place of <see cref="Inputs"/>; null for all but <c>sql</c>.</summary>
    string? Expression { get; }

    /// <summary>Whether the same values give the same result: only then a second computation says anything.</summary>
    bool IsRepeatable { get; }

    TransformOutput Output { get; }

    /// <summary>The environment variable of its secret; null without one.</summary>
    string? SecretName { get; }

    /// <summary>What is missing outside the runbook, a secret for instance.</summary>
    IEnumerable<Finding> FindMissing(IRunEnvironment environment);

    /// <summary>The function, its secrets read. It has no state and may be used by several threads.</summary>
    /// <exception cref="InvalidOperationException"><see cref="FindMissing"/> would have said what is missing.</exception>
    TransformFunction Open(IRunEnvironment environment);
}

/// <summary>The same result for the same values.</summary>
/// <exception cref="TransformException">There is no result for these values.</exception>
public delegate CellValue TransformFunction(IReadOnlyList<CellValue> inputs);
