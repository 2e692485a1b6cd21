using System.Text.Json.Nodes;
using Godwit.Engine.Moves;
using Godwit.Engine.Runs;

namespace Godwit.Engine.Steps.Move;

/// <summary>Looks at a move while it is at work: tells how far it is, keeps that for <c>status</c>, and hears of a pause.</summary>
internal sealed class MoveWatch(StepContext context, MoveProgress progress)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(500);

    /// <summary>Looks between two times that the row is written.</summary>
    private const int LooksPerSave = 4;

    private MovePhase? _phase;

    /// <param name="work">What is watched.</param>
    /// <param name="memory">What the step remembers: saved again with the counts. Null where nothing is to be written.</param>
    /// <param name="stopForPause">Whether a pause ends the work where it is, since it has no parts of its own.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>Null when the work was ended for a pause.</returns>
    public async Task<T?> WhileAsync<T>(Func<CancellationToken, Task<T>> work, JsonObject? memory, bool stopForPause, CancellationToken cancellation)
        where T : class
    {
        using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var watching = WatchAsync(memory, stopForPause ? pause : null, over.Token);
        try
        {
            return await work(pause.Token);
        }
        catch (OperationCanceledException) when (pause.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            await over.CancelAsync();
            await watching;
        }
    }

    private async Task WatchAsync(JsonObject? memory, CancellationTokenSource? pause, CancellationToken cancellation)
    {
        for (var look = 1; ; look++)
        {
            try
            {
                await Task.Delay(s_interval, context.Time, cancellation);
                Report();
                if (memory is not null && look % LooksPerSave == 0) await SaveAsync(memory, cancellation);
                if (pause is not null && context.PauseRequested()) await pause.CancelAsync();
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is TargetFaultException or LeaseLostException)
            {
                // A target that does not answer, or is another's by now, is met by the work itself.
                continue;
            }
        }
    }

    private void Report()
    {
        var sample = progress.Sample();
        var note = _phase == sample.Phase ? null : sample.Phase.ToString().ToLowerInvariant();
        _phase = sample.Phase;
        context.Progress.Report(sample.Done, sample.Total > 0 ? sample.Total : null, note);
    }

    /// <summary>Of the phases only copying counts what the step is measured by.</summary>
    private async Task SaveAsync(JsonObject memory, CancellationToken cancellation)
    {
        if (progress.Sample() is { Phase: MovePhase.Copy } sample)
            await new StepMemory(context).SaveAsync(memory, Math.Min(sample.Done, sample.Total), sample.Total, cancellation);
    }
}
