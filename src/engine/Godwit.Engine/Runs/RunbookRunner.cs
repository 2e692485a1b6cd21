using Godwit.Engine.Ledger;
using Godwit.Engine.Moves;
using Godwit.Engine.Rollback;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Runs;

/// <summary>
/// Carries a run forward or back, phase by phase, step by step. It keeps nothing in memory that the target does not have: killed at any point and
/// begun again, it goes on where the rows say.
/// </summary>
public sealed class RunbookRunner(IRunStore store, RunnerOptions options)
{
    private readonly RunDesk _desk = new(store, options);

    /// <summary>Asks the runner to stop after the part at hand. Callable from any thread.</summary>
    public void AskToPause() => _desk.AskToPause();

    /// <summary>Goes on to the end of observe, or with <paramref name="finish"/> through contract.</summary>
    /// <param name="finish">Whether the old is to be removed now.</param>
    /// <param name="cancellation">Stops after the part at hand.</param>
    /// <param name="early">Why the old goes before its time (<see cref="Model.Runbooks.RunbookPlan.KeepOld"/>); null keeps to it.</param>
    public Task<RunbookOutcome> ForwardAsync(bool finish, CancellationToken cancellation, string? early = null) =>
        GuardAsync(
            async token =>
            {
                await using var watch = await _desk.BeginWatchAsync(options.Seen, back: false, token);
                var outcome = await new WayForward(_desk).GoAsync(finish, early, token);
                if (outcome is not RunbookOutcome.TurnsBack(var by)) return outcome;
                _desk.TurnBack();
                var back = await new WayBack(_desk).GoAsync(null, null, token, by);
                return back is RunbookOutcome.Refused(var findings)
                    ? await _desk.PauseAsync($"{by.Reason}, and there is no way back by itself: {findings[0].Message}", [by.Finding, .. findings], verificationFailed: false, token)
                    : back;
            },
            cancellation);

    /// <summary>Undoes every phase after <paramref name="to"/>, or all of them, the last first.</summary>
    /// <param name="to">The phase that stays; null for none.</param>
    /// <param name="cancellation">Stops after the part at hand.</param>
    /// <param name="request">Who asks, held against the decision matrix; null for Godwit's own rollback, and for one that goes on.</param>
    public Task<RunbookOutcome> RollBackAsync(Phase? to, CancellationToken cancellation, RollbackRequest? request = null) => GuardAsync(
        async token =>
        {
            // Whoever asks for a rollback has looked at what fired before.
            await using var watch = await _desk.BeginWatchAsync(options.Seen || request is not null, back: true, token);
            return await new WayBack(_desk).GoAsync(to, request, token);
        },
        cancellation);

    /// <summary>Gives the run up as it is.</summary>
    public Task<RunbookOutcome> AbortAsync(CancellationToken cancellation) => GuardAsync(
        async token =>
        {
            await _desk.LeaveAsync(RunbookState.Aborted, reason: null, "run-aborted", token);
            return new RunbookOutcome.Reached(RunbookState.Aborted);
        },
        cancellation);

    /// <summary>A fault that trying again does not mend pauses the run with its reason; a lost lease ends this runner without a trace.</summary>
    private async Task<RunbookOutcome> GuardAsync(Func<CancellationToken, Task<RunbookOutcome>> work, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, store.LeaseLost);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(either.Token);
        var listening = _desk.ListenAsync(over.Token);
        try
        {
            var outcome = await work(either.Token);
            if (outcome is not RunbookOutcome.Refused) return outcome;
            // One that was found dead is not run on by being asked for something else.
            var (state, reason) = store.Before is { State: RunbookState.Running } ? (RunbookState.Paused, "its runner was gone") : store.Before;
            await _desk.LeaveAsync(state, reason, "refused", either.Token);
            return outcome;
        }
        catch (TargetRewoundException rewound)
        {
            // Nothing more is written: the lease in this target is another past's.
            return new RunbookOutcome.Paused(rewound.Message, [LedgerFindings.Of(rewound)]);
        }
        catch (LedgerException fault)
        {
            return await _desk.PauseAsync(fault.Message, [LedgerFindings.Unusable(fault)], false, cancellation);
        }
        catch (Exception fault) when (fault is not LeaseLostException && !cancellation.IsCancellationRequested)
        {
            // A successor ends its predecessor's sessions: from here that looks like a broken connection.
            if (await store.IsTakenOverAsync()) throw new LeaseLostException();
            if (fault is OperationCanceledException && store.LeaseLost.IsCancellationRequested) throw new TargetSilentException();
            if (fault is not TargetFaultException { Fault: not TargetFault.ConnectionLost } refused) throw;
            var finding = Finding.Error(FindingCodes.StatementFailed, refused.Message + (refused.SqlState is null ? "" : $" (SQLSTATE {refused.SqlState})"));
            return await _desk.PauseAsync(refused.Message, [finding], false, cancellation, failed: true);
        }
        finally
        {
            await over.CancelAsync();
            await listening;
        }
    }
}
