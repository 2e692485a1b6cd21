using Godwit.Engine.Steps;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Runs;

/// <summary>Takes several small steps in one transaction: many of them then cost one wait for the disk.</summary>
internal sealed class JoinedSteps(IRunStore store, RunnerOptions options, StepContexts contexts, StepRetries retries)
{
    /// <summary>Steps of one transaction: enough for the wait for the disk not to count, few enough to do again.</summary>
    public const int Most = 50;

    /// <summary>Of the steps at hand, how many may be done in one transaction: 1 where the first may not share one.</summary>
    public int Count(Phase phase, IReadOnlyList<StepSettings> steps, Func<string, StepRow> rowOf)
    {
        SessionTerms? terms = null;
        for (var i = 0; i < Math.Min(steps.Count, Most); i++)
        {
            if (rowOf(steps[i].Id).State is not (StepState.Pending or StepState.Undone)) return Math.Max(1, i);
            // A step with a time of its own is measured by itself.
            if (steps[i].Timeout is not null) return Math.Max(1, i);
            if (contexts.Bind(steps[i]) is not IAtomicStep { JoinsOthers: true } step) return Math.Max(1, i);
            var own = step.Terms(contexts.Of(phase, steps[i], "apply", rowOf(steps[i].Id).TimesUndone));
            if (terms is not null && terms != own) return i;
            terms = own;
        }
        return Math.Max(1, Math.Min(steps.Count, Most));
    }

    /// <summary>
    /// Does several steps in one transaction. False: one of them failed and none is done; taken one by one, those before it are kept and it says what is
    /// the matter.
    /// </summary>
    public async Task<bool> ApplyAsync(Phase phase, IReadOnlyList<StepSettings> steps, Func<string, StepRow> rowOf, CancellationToken cancellation)
    {
        options.Observer.StepBegins(steps[0].Id, $"{steps.Count} steps to {steps[^1].Id}", undo: false);
        var bound = steps.Select(s => (Settings: s, Step: (IAtomicStep)contexts.Bind(s), Context: contexts.Of(phase, s, "apply", rowOf(s.Id).TimesUndone))).ToList();
        var again = false;
        try
        {
            await retries.RunAsync(
                c => store.RecordAsync(
                    step: null,
                    bound[0].Step.Terms(bound[0].Context),
                    async (ledger, token) =>
                    {
                        // As below: all of them were done, or none.
                        if (again && await ledger.ReadStepAsync(steps[0].Id, token) == StepState.Verified) return StepResult.Done;
                        again = true;
                        ledger.GatherStatements();
                        foreach (var (settings, step, context) in bound)
                        {
                            if (await step.ApplyAsync(context, ledger, token) is var result and not StepResult.Passed) throw new StepRefusal(result);
                            await ledger.SetStepAsync(settings.Id, StepState.Verified, token);
                            await ledger.JournalAsync("step-applied", StepNotes.Body(settings, null), token);
                        }
                        return StepResult.Done;
                    },
                    c),
                cancellation);
            options.Observer.StepEnds(steps[0].Id, undo: false);
            return true;
        }
        catch (Exception e) when (e is StepRefusal or TargetFaultException { Fault: not TargetFault.ConnectionLost })
        {
            return false;
        }
    }
}
