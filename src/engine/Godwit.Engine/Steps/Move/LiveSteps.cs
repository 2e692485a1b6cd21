using Godwit.Engine.Live;
using Godwit.Model.Findings;

namespace Godwit.Engine.Steps.Move;

/// <summary>What steps of a live move have in common.</summary>
internal static class LiveSteps
{
    /// <summary>Rows that are named; the rest is counted.</summary>
    private const int MostNamed = 20;

    public static async Task<StepResult> WithAsync(INestedMoves moves, StepContext context, string step, Func<LiveSession, Task<StepResult>> work, CancellationToken cancellation)
    {
        try
        {
            var (session, findings) = await moves.OpenLiveAsync(context, step, cancellation);
            if (session is null) return new StepResult.Failed(findings);
            await using (session) return await session.GuardAsync(() => work(session));
        }
        catch (CutOverAbortedException aborted)
        {
            return aborted.InnerException is LiveFaultException inner ? new StepResult.Failed([inner.Finding]) : StepResult.Fail(FindingCodes.CutOverAborted, aborted.Message, "`godwit resume` tries again.");
        }
        catch (StalePositionException fault)
        {
            return new StepResult.Undecided(fault.Message);
        }
        catch (SourceFaultException fault)
        {
            return fault.Finding is { } finding ? new StepResult.Failed([finding]) : new StepResult.Undecided(fault.Message);
        }
    }

    /// <summary>Rows of the source that the new side cannot hold, by their keys.</summary>
    public static async Task<IReadOnlyList<Finding>> FindUnfitAsync(LiveSession session, CancellationToken cancellation)
    {
        var unfit = await session.Target.UnfitAsync(MostNamed + 1, cancellation);
        var findings = unfit.Take(MostNamed).Select(u => Finding.Error(
            FindingCodes.LiveUnholdable, $"a row of table {u.Table} holds a value that the new side cannot hold", new Place.InTable(u.Table, u.Row.Key, u.Row.Column), "Change it in the source: it is taken off the list as soon as it fits.")).ToList();
        if (unfit.Count > MostNamed) findings.Add(Finding.Error(FindingCodes.LiveUnholdable, "and further rows"));
        return findings;
    }
}
