using Godwit.Engine.Figures;
using Godwit.Engine.Steps;

namespace Godwit.Engine.Runs;

/// <summary>Remembers how far the step got: work that goes on for days may meet more faults than one that does not get on.</summary>
internal sealed class FurthestProgress(IStepProgress watcher, RunFigures figures) : IStepProgress
{
    private long _furthest;

    public long Furthest => Interlocked.Read(ref _furthest);

    public RunFigures? Figures => figures;

    public void Begin()
    {
        figures.StepBegins();
        Interlocked.Exchange(ref _furthest, 0);
    }

    public void Report(long done, long? total, string? note = null)
    {
        // Parts of a step tell from where they are, one at a time.
        if (done > Furthest) Interlocked.Exchange(ref _furthest, done);
        watcher.Report(done, total, note);
    }
}
