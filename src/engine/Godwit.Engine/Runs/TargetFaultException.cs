namespace Godwit.Engine.Runs;

/// <summary>What kind of fault the target had: whether to try again depends on it.</summary>
public enum TargetFault
{
    /// <summary>A lock was not to be had in time.</summary>
    LockNotAvailable,

    Deadlock,

    Serialization,

    /// <summary>A statement took longer than its limit.</summary>
    StatementTimeout,

    /// <summary>The connection broke, or the server is starting or stopping.</summary>
    ConnectionLost,

    ShortOfSpace,

    /// <summary>The target refused the statement: trying again gives the same answer.</summary>
    Refused,
}

/// <summary>
/// A fault of the target. The message is the server's, without its detail line, which may hold a row's values.
/// </summary>
public sealed class TargetFaultException(TargetFault fault, string message, string? sqlState = null, Exception? inner = null) : Exception(message, inner)
{
    public TargetFault Fault { get; } = fault;

    /// <summary>https://www.postgresql.org/docs/current/errcodes-appendix.html, where the server gave one.</summary>
    public string? SqlState { get; } = sqlState;

    /// <summary>1 for the first character of the statement that the server points at; null when it points at none.</summary>
    public int? Position { get; init; }

    /// <summary>Which statement of several, counted from 0; null where there was one, or it is not known.</summary>
    public int? Statement { get; init; }

    /// <summary>Whether the work was committed is not known: doing it again may do it twice.</summary>
    public bool IsUnanswered { get; init; }

    /// <summary>Nothing was changed, and a moment later it may work.</summary>
    public bool IsPassing => Fault is TargetFault.LockNotAvailable or TargetFault.Deadlock or TargetFault.Serialization;
}
