using Godwit.Engine.Steps;
using Godwit.Engine.Transforms;

namespace Godwit.Engine.Backfill;

/// <summary>Applies a task's transforms to rows. Opened once; the secrets stay inside the functions.</summary>
internal sealed class RowComputer(BackfillTask task, IRunEnvironment environment)
{
    private readonly TransformFunction[] _functions = [.. task.Columns.Select(c => c.Transform.Open(environment))];

    /// <param name="rows">What was read.</param>
    /// <param name="refused">Told of each row that a transform has no answer for.</param>
    public List<ComputedRow> Compute(IReadOnlyList<SourceRow> rows, Action<SourceRow, string> refused)
    {
        var computed = new List<ComputedRow>(rows.Count);
        foreach (var row in rows)
        {
            try
            {
                computed.Add(new ComputedRow(row, [.. _functions.Select((f, i) => f(row.Inputs[i]))]));
            }
            catch (TransformException reason)
            {
                refused(row, reason.Message);
            }
        }
        return computed;
    }
}
