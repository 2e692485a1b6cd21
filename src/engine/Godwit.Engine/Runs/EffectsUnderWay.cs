using Godwit.Engine.Processes;

namespace Godwit.Engine.Runs;

/// <summary>
/// Waits until nothing that was begun outside the target before can be under way any more: by a former runner, or by this one before it turned back. What ended has no
/// row any more; of a request that was cancelled or has no answer, and of a runner that was killed or cut off, only the time that they were given tells, unless it was a process
/// of this machine that is gone with all its commands.
/// </summary>
internal sealed class EffectsUnderWay(IRunStore store, RunnerOptions options, Func<bool> pauseRequested)
{
    private static readonly TimeSpan s_piece = TimeSpan.FromSeconds(1);

    /// <returns>Why it did not wait to the end; null when it did.</returns>
    public async Task<string?> OutwaitAsync(CancellationToken cancellation)
    {
        string? told = null;
        while (true)
        {
            var run = await store.ReadAsync(cancellation);
            var last = run.Steps.Where(s => s is { Effect: { } effect, EffectUntil: { } end } && end > run.Now && !CommandTraces.AreGone(effect.By, effect.Epoch)).MaxBy(s => s.EffectUntil);
            if (last is null) return null;
            var until = last.EffectUntil!.Value;
            var text = $"waits until {until.UtcDateTime:HH:mm:ss}Z for the {last.Effect!.What} {(last.Effect.Epoch == store.Epoch ? "that may still arrive" : "of the runner before")} (step {last.Id})";
            if (told != text) options.Observer.Note(told = text);
            if (pauseRequested()) return $"asked to pause; it {text}";
            var left = until - run.Now;
            await Task.Delay(left < s_piece ? left : s_piece, options.Time, cancellation);
        }
    }
}
