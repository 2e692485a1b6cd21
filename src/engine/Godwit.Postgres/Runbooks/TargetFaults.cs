using System.Net.Sockets;
using System.Text.RegularExpressions;
using Godwit.Engine.Runs;
using Npgsql;

namespace Godwit.Postgres.Runbooks;

/// <summary>The driver's exceptions as faults of the target. A server's detail line stays behind: it may hold a row's values.</summary>
public static partial class TargetFaults
{
    /// <summary>Runs something and turns the driver's faults into the target's.</summary>
    /// <exception cref="TargetFaultException">The target had a fault.</exception>
    public static async Task<T> GuardAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is not TargetFaultException && IsTargets(e))
        {
            throw Of(e);
        }
    }

    public static bool IsTargets(Exception e) => e is NpgsqlException or SocketException or IOException or ObjectDisposedException;

    public static TargetFaultException Of(Exception e) => e switch
    {
        PostgresException p => new TargetFaultException(Kind(p.SqlState), MessageOf(p), p.SqlState, p) { Position = p.Position > 0 ? p.Position : null },
        NpgsqlException { InnerException: TimeoutException } n => new TargetFaultException(TargetFault.StatementTimeout, n.Message, null, n),
        _ => new TargetFaultException(TargetFault.ConnectionLost, $"the connection to the target broke: {e.Message}", null, e),
    };

    /// <summary>Messages of class 22, data exceptions, quote the value that does not fit; a value has no place in a journal.</summary>
    private static string MessageOf(PostgresException e) =>
        e.SqlState.StartsWith("22", StringComparison.Ordinal) ? Quoted().Replace(e.MessageText, "\"…\"") : e.MessageText;

    [GeneratedRegex("\".*\"", RegexOptions.Singleline | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Quoted();

    /// <summary>https://www.postgresql.org/docs/current/errcodes-appendix.html</summary>
    private static TargetFault Kind(string state) => state switch
    {
        PostgresErrorCodes.LockNotAvailable => TargetFault.LockNotAvailable,
        PostgresErrorCodes.DeadlockDetected => TargetFault.Deadlock,
        PostgresErrorCodes.SerializationFailure => TargetFault.Serialization,
        PostgresErrorCodes.QueryCanceled => TargetFault.StatementTimeout,
        PostgresErrorCodes.DiskFull or PostgresErrorCodes.OutOfMemory => TargetFault.ShortOfSpace,
        // Class 08, a server that starts or stops, and a session that somebody ended.
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow or "25P03" or "57P05" => TargetFault.ConnectionLost,
        _ => state.StartsWith("08", StringComparison.Ordinal) ? TargetFault.ConnectionLost : TargetFault.Refused,
    };
}
