using Godwit.Engine.Processes;

namespace Godwit.Engine.Runs;

/// <summary>
/// Waits until nothing that a former runner began outside the target can be under way any more. A runner that let go of the run has ended its effects; of one that was
/// killed or cut off only the time that they were given tells, unless it was a process of this machine that is gone with all its commands.
/// </summary>
internal sealed class FormerEffects(IRunStore store, RunnerOptions options, Func<bool> pauseRequested)
{
    private static readonly TimeSpan s_piece = TimeSpan.FromSeconds(1);

    /// <returns>Why it did not wait to the end; null when it did.</returns>
    public async Task<string?> OutwaitAsync(CancellationToken cancellation)
    {
        string? told = null;
        while (true)
        {
            var run = await store.ReadAsync(cancellation);
            var last = run.Steps.Where(s => s is { Effect: { } effect, EffectUntil: { } end } && effect.Epoch != store.Epoch && end > run.Now && !CommandTraces.AreGone(effect.By, effect.Epoch)).MaxBy(s => s.EffectUntil);
            if (last is null) return null;
            var until = last.EffectUntil!.Value;
            var text = $"waits until {until.UtcDateTime:HH:mm:ss}Z for the {last.Effect!.What} of the runner before (step {last.Id})";
            if (told != text) options.Observer.Note(told = text);
            if (pauseRequested()) return $"asked to pause; it {text}";
            var left = until - run.Now;
            await Task.Delay(left < s_piece ? left : s_piece, options.Time, cancellation);
        }
    }
}
