using Godwit.Model.Findings;

namespace Godwit.Engine.Live;

/// <summary>
/// Where both sides of a live move are in one database: their tables exchange names, so that an application which keeps to a name is taken from one side to the other, and
/// back, without being told.
/// </summary>
public interface IExchange
{
    /// <summary>Whether the new side's tables have the names now under which the old side's were known.</summary>
    Task<bool> IsExchangedAsync(CancellationToken cancellation);

    /// <summary>What stands against it: whatever would go on using the tables that have the names now, whoever has them afterwards. Empty where nothing does.</summary>
    Task<IReadOnlyList<Finding>> FindObstaclesAsync(CancellationToken cancellation);

    /// <summary>
    /// Exchanges the names, gives authority to a side and lets its writers in, all in one transaction, if the attempt still stands. Whoever uses the tables is waited for, in
    /// moments, for as long as <paramref name="patience"/>.
    /// </summary>
    /// <returns>False where the attempt no longer stands; nothing has changed then.</returns>
    /// <exception cref="NameObstacleException">Something stands in the way; nothing has changed.</exception>
    Task<bool> GiveAsync(long attempt, LiveSide to, TimeSpan patience, CancellationToken cancellation);
}
