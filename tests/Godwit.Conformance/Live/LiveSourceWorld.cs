using Godwit.Engine.Live;

namespace Godwit.Conformance.Live;

/// <summary>
/// A database that is written to by an application and moved live, for the suites about <see cref="ILiveSource"/>. It begins with <c>t(id, v)</c>, whose ids the database gives out, with the rows (1, 10), (2, 20) and (3, 30);
/// <c>pairs(a, b, v)</c>, whose key is (a, b), with (1, 1, 1); and <c>notes(v)</c>, which has no key, with (7). Every column is a 64-bit integer at the new side.
/// </summary>
public abstract class LiveSourceWorld : IAsyncDisposable
{
    /// <summary>The database as the source of a move; it is closed with the world.</summary>
    /// <param name="move">The move.</param>
    /// <param name="runner">Who holds it; null where nobody has to.</param>
    public abstract Task<ILiveSource> OpenAsync(Guid move, LiveRunner? runner = null);

    /// <summary>A connection of the application's.</summary>
    public abstract Task<ILiveApplication> ConnectAsync();

    /// <summary>Whether this is what the application is told whose write is refused because its data are used elsewhere.</summary>
    public abstract bool IsRefusal(Exception fault);

    /// <summary>Sets the recording back, as a restore does, to before what was read of it last.</summary>
    public abstract Task LoseWhatWasReadAsync();

    /// <summary>Everything in the database that is not the application's.</summary>
    public abstract Task<IReadOnlyList<string>> TracesAsync();

    public abstract ValueTask DisposeAsync();
}

/// <summary>A connection of an application's. What it begins it ends.</summary>
public interface ILiveApplication : IAsyncDisposable
{
    /// <summary>One statement.</summary>
    Task ExecuteAsync(string sql);

    /// <summary>The integers of one column.</summary>
    Task<IReadOnlyList<long>> AskAsync(string sql);
}
