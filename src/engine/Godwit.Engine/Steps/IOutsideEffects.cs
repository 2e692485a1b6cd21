namespace Godwit.Engine.Steps;

/// <summary>
/// What a step does outside the target cannot be refused there once its runner is no longer the one. So before it begins, the run's rows say when it will be over
/// at the latest, and whoever takes the run over waits until then.
/// </summary>
public interface IOutsideEffects
{
    /// <summary>The runner's token: another one's than a former runner's. Whoever receives effects can refuse those of an epoch that was replaced.</summary>
    Guid Epoch { get; }

    /// <summary>Notes an effect in a transaction that only the run's present runner can commit; returns when it may begin.</summary>
    /// <param name="what">What it is, in a word or two: <c>command</c>.</param>
    /// <param name="limit">How long it takes at most.</param>
    /// <param name="endsWithRunner">Whether it ends when this process does.</param>
    /// <param name="cancellation">Stops.</param>
    Task BeginAsync(string what, TimeSpan limit, bool endsWithRunner, CancellationToken cancellation);

    /// <summary>It is known to be over: nobody has to wait for it. Of one that was cut off or has no answer nobody knows: it stays noted, and whoever undoes the step waits until its time is over.</summary>
    Task EndAsync(CancellationToken cancellation);
}
