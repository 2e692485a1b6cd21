namespace Godwit.Engine.Live;

/// <summary>A live move with both sides open.</summary>
/// <param name="guard">Carries work out, and tells what a side's driver throws as a fault of that side.</param>
/// <param name="close">Closes both.</param>
/// <param name="exchange">Exchanges names; null where the sides are not in one database.</param>
public sealed class LiveSession(LiveMove move, IAuthority authority, ILiveSource source, ILiveTarget target, Func<Func<Task<bool>>, Task<bool>> guard, Func<ValueTask> close, IExchange? exchange = null) : IAsyncDisposable
{
    public LiveMove Move => move;

    public IAuthority Authority => authority;

    public ILiveSource Source => source;

    public ILiveTarget Target => target;

    public IExchange? Exchange => exchange;

    /// <exception cref="Steps.Move.SourceFaultException">The old side cannot be read or written, or something stands in the way of the move.</exception>
    /// <exception cref="Runs.TargetFaultException">The new side cannot.</exception>
    public async Task<T> GuardAsync<T>(Func<Task<T>> work)
    {
        T? result = default;
        await guard(async () =>
        {
            result = await work();
            return true;
        });
        return result!;
    }

    public ValueTask DisposeAsync() => close();
}
