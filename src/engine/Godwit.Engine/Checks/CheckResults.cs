using Godwit.Engine.Gates;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;

namespace Godwit.Engine.Checks;

/// <summary>What steps and gates make of the answers to their checks.</summary>
public static class CheckResults
{
    /// <summary>Of a step: the checks that do not hold are findings. A warning passes, and is in the evidence.</summary>
    public static StepResult Of(IReadOnlyList<CheckOutcome> outcomes, string step)
    {
        var evidence = CheckOutcome.Evidence(outcomes);
        IReadOnlyList<Finding> findings = [.. outcomes.Where(o => o.Stops).Select(o => Finding.Error(FindingCodes.CheckFailed, $"the check {o.Name} of {step} does not hold: {o.Saw}"))];
        return findings.Count == 0 ? new StepResult.Passed { Evidence = evidence } : new StepResult.Failed(findings) { Evidence = evidence };
    }

    /// <summary>Of a gate: one that does not hold closes it; one without an answer is no data.</summary>
    public static GateVerdict Of(IReadOnlyList<CheckOutcome> outcomes)
    {
        var stopping = outcomes.Where(o => o.Stops).ToList();
        var state = stopping.Count == 0 ? GateState.Pass : stopping.Exists(o => o.State == CheckState.Fails) ? GateState.Fail : GateState.NoData;
        var warnings = outcomes.Where(o => o.IsWarning).ToList();
        var summary = stopping.Count > 0 ? CheckOutcome.Describe(stopping)
            : warnings.Count > 0 ? $"{outcomes.Count} check{(outcomes.Count == 1 ? "" : "s")}, with warnings: {CheckOutcome.Describe(warnings)}"
            : outcomes.Count == 1 ? "1 check holds" : $"{outcomes.Count} checks hold";
        return new GateVerdict(state, summary) { Evidence = CheckOutcome.Evidence(outcomes) };
    }
}
