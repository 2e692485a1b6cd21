using Godwit.Engine.Gates;
using Godwit.Engine.Runs;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Rehearsals;

/// <summary>Takes the time of every step and phase of a leg, and has the probe look meanwhile.</summary>
public sealed class RehearsalClock(IRunObserver watcher, IRehearsalProbe probe, TimeProvider time) : IRunObserver
{
    private readonly List<RehearsedPhase> _phases = [];
    private readonly List<RehearsedFigures> _steps = [];
    private (Phase Phase, long Began)? _phase;
    private (string Id, long Began)? _step;
    private long _rows;
    private long _began;

    /// <summary>Told when a phase begins.</summary>
    public Action<Phase>? Entered { get; set; }

    public void BeginLeg()
    {
        (_phase, _step, _began) = (null, null, time.GetTimestamp());
        _phases.Clear();
        _steps.Clear();
    }

    public RehearsedLeg EndLeg(string name)
    {
        ClosePhase();
        return new RehearsedLeg(name, Milliseconds(_began), [.. _phases]);
    }

    public void PhaseBegins(Phase phase)
    {
        ClosePhase();
        _phase = (phase, time.GetTimestamp());
        watcher.PhaseBegins(phase);
        Entered?.Invoke(phase);
    }

    public void StepBegins(string step, string title, bool undo)
    {
        CloseStep();
        watcher.StepBegins(step, title, undo);
        _rows = 0;
        probe.Begin();
        _step = (step, time.GetTimestamp());
    }

    public void StepEnds(string step, bool undo)
    {
        CloseStep();
        watcher.StepEnds(step, undo);
    }

    public void Gate(string gate, GateVerdict verdict) => watcher.Gate(gate, verdict);

    public void Note(string text) => watcher.Note(text);

    public void Report(long done, long? total, string? note = null)
    {
        _rows = Math.Max(_rows, done);
        watcher.Report(done, total, note);
    }

    private void CloseStep()
    {
        if (_step is not var (id, began)) return;
        var took = Milliseconds(began);
        var sight = probe.End();
        _steps.Add(new RehearsedFigures(id, took, _rows, sight.WalBytes, sight.Locks));
        _step = null;
    }

    private void ClosePhase()
    {
        CloseStep();
        if (_phase is not var (phase, began)) return;
        _phases.Add(new RehearsedPhase(PhaseNames.Of(phase), Milliseconds(began), [.. _steps]));
        _steps.Clear();
        _phase = null;
    }

    private long Milliseconds(long since) => (long)time.GetElapsedTime(since).TotalMilliseconds;
}
