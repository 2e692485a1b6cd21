using Godwit.Engine.Runs;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Rehearsals;

/// <param name="Reason">Why it failed; null when all of it was good.</param>
/// <param name="Runs">The runs that it made.</param>
public sealed record RehearsalEnd(string? Reason, IReadOnlyList<Finding> Findings, IReadOnlyList<RehearsedLeg> Legs, IReadOnlyList<Guid> Runs);

/// <summary>
/// The whole of a plan on a copy: forward, everything back, again, and contract before its time. Where a phase has a point of no return, the phases before it are taken back first, and
/// those after it later; what lies behind only a backup brings back.
/// </summary>
/// <param name="stage">The copy.</param>
/// <param name="plan">What is rehearsed.</param>
/// <param name="options">As a runner has them, with <see cref="RunnerOptions.Rehearsal"/>; the observer is <paramref name="clock"/>.</param>
/// <param name="clock">Takes the time.</param>
public sealed class RehearsalFlow(IRehearsalStage stage, RunbookPlan plan, RunnerOptions options, RehearsalClock clock)
{
    private readonly List<RehearsedLeg> _legs = [];
    private readonly List<Guid> _runs = [];
    private (string Reason, IReadOnlyList<Finding> Findings)? _failed;

    public async Task<RehearsalEnd> GoAsync(CancellationToken cancellation)
    {
        await GoThroughAsync(cancellation);
        return new RehearsalEnd(_failed?.Reason, _failed?.Findings ?? [], _legs, _runs);
    }

    private async Task GoThroughAsync(CancellationToken cancellation)
    {
        var before = plan.Phases.Where(p => p.Phase != Phase.Contract).ToList();
        var (first, last) = (NoReturn, before.FindLast(HasNoReturn)?.Phase);
        var hasContract = plan.Phases.Any(p => p.Phase == Phase.Contract);
        // With a point of no return in the very first phase there is no way back to rehearse.
        if (before.Count > 0 && first != before[0].Phase)
        {
            if (!await LegAsync(RehearsalLegs.Forward, null, (r, t) => r.ForwardAsync(finish: false, t), hasContract ? RunbookState.Complete : RunbookState.Finished, first, cancellation)) return;
            if (!await LegAsync(RehearsalLegs.Back, _runs[^1], (r, t) => r.RollBackAsync(null, t), RunbookState.RolledBack, null, cancellation)) return;
        }
        if (!await LegAsync(_legs.Count == 0 ? RehearsalLegs.Forward : RehearsalLegs.Again, null, (r, t) => r.ForwardAsync(finish: false, t), hasContract ? RunbookState.Complete : RunbookState.Finished, null, cancellation)) return;
        var run = _runs[^1];
        if (last is { } point && before[^1].Phase > point)
        {
            if (!await LegAsync(RehearsalLegs.BackToReturn, run, (r, t) => r.RollBackAsync(point, t), RunbookState.RolledBack, null, cancellation)) return;
            if (!await LegAsync(RehearsalLegs.AgainFromReturn, run, (r, t) => r.ForwardAsync(finish: false, t), hasContract ? RunbookState.Complete : RunbookState.Finished, null, cancellation)) return;
        }
        if (!hasContract) return;
        const string early = "a rehearsal keeps nothing";
        if (!await LegAsync(RehearsalLegs.Contract, run, (r, t) => r.ForwardAsync(finish: true, t, early), RunbookState.Finished, null, cancellation)) return;
        if (before.Count == 0 || HasNoReturn(plan.Phases.Single(p => p.Phase == Phase.Contract))) return;
        if (!await LegAsync(RehearsalLegs.ContractBack, run, (r, t) => r.RollBackAsync(before[^1].Phase, t), RunbookState.RolledBack, null, cancellation)) return;
        await LegAsync(RehearsalLegs.ContractAgain, run, (r, t) => r.ForwardAsync(finish: true, t, early), RunbookState.Finished, null, cancellation);
    }

    /// <param name="name">The leg.</param>
    /// <param name="run">The run that it goes on with; null begins one.</param>
    /// <param name="act">What is done.</param>
    /// <param name="reached">Where it has to come to.</param>
    /// <param name="stopAt">The phase that it stops before; null for none.</param>
    /// <param name="cancellation">Stops, and nothing counts.</param>
    private async Task<bool> LegAsync(
        string name, Guid? run, Func<RunbookRunner, CancellationToken, Task<RunbookOutcome>> act, RunbookState reached, Phase? stopAt, CancellationToken cancellation)
    {
        options.Observer.Note($"rehearses: {name}");
        await using var store = run is { } known ? await stage.TakeOverAsync(known, cancellation) : await stage.BeginAsync(plan, cancellation);
        if (run is null) _runs.Add(store.Run);
        var runner = new RunbookRunner(store, options with { Observer = clock });
        var stopped = false;
        clock.Entered = phase =>
        {
            if (phase != stopAt) return;
            stopped = true;
            runner.AskToPause();
        };
        clock.BeginLeg();
        var outcome = await act(runner, cancellation);
        var leg = clock.EndLeg(name);
        // A phase that was entered and left again before its first step says nothing about itself, forward or back.
        var from = stopAt ?? (name == RehearsalLegs.Back ? NoReturn : null);
        var counted = (await store.ReadAsync(cancellation)).Steps.ToDictionary(s => s.Id, s => s.Done, StringComparer.Ordinal);
        _legs.Add(leg with { Phases = [.. leg.Phases.Where(p => from is not { } stop || PhaseNames.Find(p.Phase) < stop).Select(p => Counted(p, counted))] });
        cancellation.ThrowIfCancellationRequested();
        // What stops before its phase's first step has reached what it was to reach.
        if (stopped && outcome is RunbookOutcome.Paused { Reason: RunDesk.AskedToPause }) return true;
        switch (outcome)
        {
            case RunbookOutcome.Reached(var state) when state == reached:
                return true;
            case RunbookOutcome.Paused(var reason, var findings, _):
                _failed = ($"{name}: {reason}", findings);
                return false;
            case RunbookOutcome.Refused(var findings):
                _failed = ($"{name}: {findings[0].Message}", findings);
                return false;
            default:
                _failed = ($"{name}: it came to another end than it had to", []);
                return false;
        }
    }

    /// <summary>Steps that are soon over report nothing on their way: their rows say how much they did.</summary>
    private static RehearsedPhase Counted(RehearsedPhase phase, Dictionary<string, long> done) =>
        phase with { Steps = [.. phase.Steps.Select(s => s with { Rows = Math.Max(s.Rows, done.GetValueOrDefault(s.Step)) })] };

    private Phase? NoReturn => plan.Phases.Where(p => p.Phase != Phase.Contract && HasNoReturn(p)).Select(p => (Phase?)p.Phase).FirstOrDefault();

    private bool HasNoReturn(PhaseSettings phase) => phase.Steps.Any(s => s.Irreversible is not null || options.Kinds.Bind(s, plan.Files).Irreversible is not null);
}
