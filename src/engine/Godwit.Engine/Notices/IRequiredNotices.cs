namespace Godwit.Engine.Notices;

/// <summary>Whoever sends a run's notices beside its runner.</summary>
public interface IRequiredNotices
{
    /// <summary>Waits until every required notice of the run was sent, as long as it may take.</summary>
    /// <returns>Why one was not; null when all were.</returns>
    Task<string?> SettleAsync(CancellationToken cancellation);
}

/// <summary>Nobody sends notices.</summary>
public sealed class NobodySends : IRequiredNotices
{
    public static NobodySends Instance { get; } = new();

    public Task<string?> SettleAsync(CancellationToken cancellation) => Task.FromResult<string?>("this program sends no notices, and one is required");
}
