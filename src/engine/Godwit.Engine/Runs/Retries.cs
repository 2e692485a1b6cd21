namespace Godwit.Engine.Runs;

/// <summary>
/// Tries again what fails for a passing reason: a lock that was not to be had, a deadlock, a server that restarts. Bounded, and never without the
/// limits that made it fail; the waits grow and are jittered, so that two that collide do not collide again.
/// </summary>
public sealed class Retries(TimeProvider time, Random jitter)
{
    public const int Attempts = 10;

    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100), Longest = TimeSpan.FromSeconds(10);

    /// <param name="work">Idempotent, or rolled back when it fails.</param>
    /// <param name="waiting">Told before each wait.</param>
    /// <param name="cancellation">Stops work and waits.</param>
    /// <param name="progress">A number that rises while the work gets on: a fault after it did is the first again. Null for work that does or does not.</param>
    /// <exception cref="TargetFaultException">The last fault, once the attempts are used up or at once when trying again is no use.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work, Action<TargetFaultException, TimeSpan>? waiting, CancellationToken cancellation, Func<long>? progress = null)
    {
        var attempt = 1;
        while (true)
        {
            var before = progress?.Invoke();
            try
            {
                return await work(cancellation);
            }
            catch (TargetFaultException fault) when (!fault.IsUnanswered && (attempt < Attempts || progress?.Invoke() > before) && (fault.IsPassing || fault.Fault == TargetFault.ConnectionLost))
            {
                if (progress?.Invoke() > before) attempt = 1;
                var wait = Wait(attempt++);
                waiting?.Invoke(fault, wait);
                await Task.Delay(wait, time, cancellation);
            }
        }
    }

    private TimeSpan Wait(int attempt)
    {
        var most = Math.Min(Longest.TotalMilliseconds, First.TotalMilliseconds * Math.Pow(2, attempt - 1));
        return TimeSpan.FromMilliseconds(most * (0.5 + (jitter.NextDouble() / 2)));
    }
}
