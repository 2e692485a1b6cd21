using Godwit.Engine.Gates;
using Godwit.Engine.Runs;
using Godwit.Model.Runbooks;

namespace Godwit.Cli.Runs;

/// <summary>Says what a runner does, a line each, on standard error; progress of long steps at most every few seconds.</summary>
internal sealed class RunDisplay(RunConsole console, TimeProvider time) : IRunObserver
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private string? _step;
    private long _stepBegan;
    private long _lastReport;

    /// <summary>From where its speed is counted: a step may go over its rows more than once.</summary>
    private (long Done, long At) _from;
    private long _lastDone;

    public void PhaseBegins(Phase phase) => console.Note($"{PhaseNames.Of(phase)} ...");

    public void StepBegins(string step, string title, bool undo)
    {
        (_step, _stepBegan, _lastReport) = (step, time.GetTimestamp(), time.GetTimestamp());
        (_from, _lastDone) = ((0, _stepBegan), 0);
        console.Note($"  {(undo ? "undo " : "")}{step}{(title == step ? "" : $": {title}")}");
    }

    public void StepEnds(string step, bool undo)
    {
        var took = time.GetElapsedTime(_stepBegan);
        if (took >= Interval) console.Note($"  {step}: {took.TotalSeconds:0.0} s");
    }

    public void Gate(string gate, GateVerdict verdict) => console.Note($"  gate {gate}: {verdict.State}: {verdict.Summary}");

    public void Note(string text) => console.Note($"    {text}");

    public void Report(long done, long? total, string? note = null)
    {
        if (done < _lastDone) _from = (done, time.GetTimestamp());
        _lastDone = done;
        if (note is null && time.GetElapsedTime(_lastReport) < Interval) return;
        _lastReport = time.GetTimestamp();
        var took = time.GetElapsedTime(_from.At).TotalSeconds;
        var rate = took > 0 ? (done - _from.Done) / took : 0;
        // An estimate that has turned out too small says nothing.
        if (total < done) total = null;
        var left = total is { } all && rate > 0 ? $", {TimeSpan.FromSeconds((all - done) / rate):hh\\:mm\\:ss} left" : "";
        console.Note($"    {_step}: {done:N0}{(total is null ? "" : $" of {total:N0}")}, {rate:N0}/s{left}{(note is null ? "" : $"; {note}")}");
    }
}
