using Godwit.Model.Findings;

namespace Godwit.Engine.Steps;

/// <summary>What came of a part of a step. A fault of a database or network is an exception instead: the runner decides whether to try again.</summary>
public abstract record StepResult
{
    private StepResult()
    {
    }

    /// <summary>What was seen, by name: kept with the run and shown in the report. No row's value, no secret.</summary>
    public IReadOnlyDictionary<string, string> Evidence { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>It holds, or it is done.</summary>
    public sealed record Passed : StepResult;

    /// <summary>It does not hold. The run halts, and a person decides between going on and rolling back.</summary>
    public sealed record Failed(IReadOnlyList<Finding> Findings) : StepResult;

    /// <summary>Nobody can tell: the run pauses, and says why.</summary>
    public sealed record Undecided(string Reason) : StepResult;

    public static StepResult Done { get; } = new Passed();

    public static StepResult Fail(FindingCode code, string message, string? remedy = null) => new Failed([Finding.Error(code, message, null, remedy)]);
}
