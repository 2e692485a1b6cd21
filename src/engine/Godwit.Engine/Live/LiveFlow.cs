namespace Godwit.Engine.Live;

/// <summary>The changes of one side on their way to the other. What is applied is noted there with it, so that it is applied once, whoever carries it.</summary>
public sealed class LiveFlow(ILiveSide from, ILiveSide to)
{
    /// <summary>Two that carry at once meet once or twice; more often is no coincidence.</summary>
    private const int Attempts = 20;

    /// <summary>Carries what has changed by now.</summary>
    /// <param name="cancellation">Stops; nothing of it is applied then.</param>
    /// <param name="whole">Whether tables without a key are carried too, each as a whole.</param>
    /// <returns>Keys that had changed.</returns>
    /// <exception cref="UnholdableRowsException">The other side cannot hold a row as it is; nothing was applied.</exception>
    public async Task<long> CarryAsync(CancellationToken cancellation, bool whole = false)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var delta = await from.ReadDeltaAsync(await to.AppliedAsync(cancellation) ?? from.Beginning, whole, cancellation);
            try
            {
                await to.ApplyAsync(delta, cancellation);
                return delta.Keys.Values.Sum();
            }
            catch (StalePositionException) when (attempt < Attempts)
            {
                // Somebody else has carried the same: what is left since then is read anew.
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>
    /// Carries until carrying what has come meanwhile is a matter of moments, or until it no longer takes less time: a side that writes faster than can be applied is not
    /// chased for ever.
    /// </summary>
    /// <param name="moments">What the last delta may take for it to be enough at once.</param>
    /// <param name="most">What it may take when it does not get less.</param>
    /// <param name="time">Measures it.</param>
    /// <param name="cancellation">Stops between two deltas.</param>
    /// <returns>False where too much is left and it does not get less.</returns>
    public async Task<bool> CatchUpAsync(TimeSpan moments, TimeSpan most, TimeProvider time, CancellationToken cancellation)
    {
        const int Rounds = 5;
        var (least, without) = (TimeSpan.MaxValue, 0);
        while (true)
        {
            var began = time.GetTimestamp();
            var keys = await CarryAsync(cancellation);
            var took = time.GetElapsedTime(began);
            if (keys == 0 || took <= moments) return true;
            (least, without) = took < least ? (took, 0) : (least, without + 1);
            if (without == Rounds) return took <= most;
        }
    }
}
