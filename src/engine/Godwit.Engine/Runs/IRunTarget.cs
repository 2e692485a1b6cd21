namespace Godwit.Engine.Runs;

/// <summary>
/// The target database of a run, its lease held by this process. When another runner has taken over, every write fails with
/// <see cref="Moves.LeaseLostException"/> and changes nothing.
/// </summary>
public interface IRunTarget
{
    /// <summary>Cancelled when the lease is lost.</summary>
    CancellationToken LeaseLost { get; }

    /// <summary>
    /// One transaction, the lease locked in it first: what <paramref name="work"/> does and what it records commit together or not at all. A fault
    /// while committing leaves open which; the caller looks at what was recorded.
    /// </summary>
    Task<T> InTransactionAsync<T>(SessionTerms terms, Func<IRunTransaction, CancellationToken, Task<T>> work, CancellationToken cancellation);

    /// <summary>
    /// A session outside any transaction, for what PostgreSQL refuses inside one; each statement commits by itself. A takeover ends the session and
    /// waits until it is gone.
    /// </summary>
    Task<T> OutsideTransactionAsync<T>(SessionTerms terms, Func<IRunSession, CancellationToken, Task<T>> work, CancellationToken cancellation);
}

/// <summary>Limits of a session's statements; zero is none.</summary>
/// <param name="Statement">statement_timeout.</param>
/// <param name="Lock">lock_timeout.</param>
/// <param name="SearchPath">search_path, for statements that a person wrote; null keeps names unresolved unless they are qualified.</param>
public sealed record SessionTerms(TimeSpan Statement, TimeSpan Lock, string? SearchPath = null)
{
    /// <summary>idle_in_transaction_session_timeout.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromMinutes(5);
}

/// <summary>Statements of one session. Text and values only: values travel as parameters ($1, $2, …), never in the text.</summary>
public interface IRunSession
{
    /// <returns>Rows affected; 0 where the statement counts none.</returns>
    Task<long> ExecuteAsync(string sql, CancellationToken cancellation, params IReadOnlyList<object?> values);

    /// <summary>Several statements without values, in one round trip; the first that fails ends them.</summary>
    /// <exception cref="TargetFaultException"><see cref="TargetFaultException.Statement"/> says which.</exception>
    Task ExecuteAllAsync(IReadOnlyList<string> statements, CancellationToken cancellation);

    /// <summary>All rows of an answer that is known to be small; at most <paramref name="limit"/>, more is an error.</summary>
    Task<IReadOnlyList<IReadOnlyList<object?>>> QueryAsync(string sql, int limit, CancellationToken cancellation, params IReadOnlyList<object?> values);

    /// <summary>Rows one after another.</summary>
    IAsyncEnumerable<IReadOnlyList<object?>> StreamAsync(string sql, CancellationToken cancellation, params IReadOnlyList<object?> values);
}

/// <summary>A session in a transaction of the run's.</summary>
public interface IRunTransaction : IRunSession
{
    /// <summary>What the step at hand remembers of its own progress, as its last committed transaction left it; null at the beginning.</summary>
    Task<string?> ReadProgressAsync(CancellationToken cancellation);

    /// <summary>Remembers progress: commits with what the transaction changes.</summary>
    /// <param name="state">The step's own text, at most 64 KB.</param>
    /// <param name="done">Rows or parts done, for <c>status</c>.</param>
    /// <param name="total">All there are, as far as known.</param>
    Task SaveProgressAsync(string state, long done, long? total, CancellationToken cancellation);
}
