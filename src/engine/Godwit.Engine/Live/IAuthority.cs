namespace Godwit.Engine.Live;

/// <summary>Which side is written to. One row in the target, changed by comparing: whoever lost a race changes nothing.</summary>
public interface IAuthority
{
    /// <exception cref="InvalidOperationException">There is none.</exception>
    async Task<AuthorityState> ReadAsync(CancellationToken cancellation) => await FindAsync(cancellation) ?? throw new InvalidOperationException("the live move is not on record");

    /// <summary>Null where the move has ended, or not begun.</summary>
    Task<AuthorityState?> FindAsync(CancellationToken cancellation);

    /// <summary>Begins an attempt to give authority to a side. Fails where one is under way.</summary>
    /// <returns>The attempt's number.</returns>
    Task<long> BeginAsync(LiveSide to, CancellationToken cancellation);

    /// <summary>Gives it, if the attempt still stands; then only a whole switch back takes it away again.</summary>
    Task<bool> GiveAsync(long attempt, CancellationToken cancellation);

    /// <summary>Ends the attempt without giving it, if it still stands.</summary>
    Task<bool> AbortAsync(long attempt, CancellationToken cancellation);
}

public enum LiveSide
{
    Old,
    New,
}

/// <param name="Side">Which side is written to.</param>
/// <param name="Attempt">The last attempt's number; 0 before the first.</param>
/// <param name="Towards">The side that an attempt which is under way gives authority to; null where none is.</param>
public sealed record AuthorityState(LiveSide Side, long Attempt, LiveSide? Towards);
