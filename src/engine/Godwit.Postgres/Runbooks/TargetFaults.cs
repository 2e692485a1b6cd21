using System.Net.Sockets;
using Godwit.Engine.Runs;
using Npgsql;

namespace Godwit.Postgres.Runbooks;

/// <summary>The driver's exceptions as faults of the target. A server's detail line stays behind: it may hold a row's values.</summary>
internal static class TargetFaults
{
    /// <summary>Null for what is no fault of the target.</summary>
    public static TargetFaultException? Of(Exception e) => e switch
    {
        TargetFaultException fault => fault,
        PostgresException p => new TargetFaultException(Kind(p.SqlState), p.MessageText, p.SqlState, p) { Position = p.Position > 0 ? p.Position : null },
        NpgsqlException { InnerException: TimeoutException } n => new TargetFaultException(TargetFault.StatementTimeout, n.Message, null, n),
        NpgsqlException or SocketException or IOException or ObjectDisposedException => new TargetFaultException(TargetFault.ConnectionLost, $"the connection to the target broke: {e.Message}", null, e),
        _ => null,
    };

    /// <summary>https://www.postgresql.org/docs/current/errcodes-appendix.html</summary>
    private static TargetFault Kind(string state) => state switch
    {
        PostgresErrorCodes.LockNotAvailable => TargetFault.LockNotAvailable,
        PostgresErrorCodes.DeadlockDetected => TargetFault.Deadlock,
        PostgresErrorCodes.SerializationFailure => TargetFault.Serialization,
        PostgresErrorCodes.QueryCanceled => TargetFault.StatementTimeout,
        PostgresErrorCodes.DiskFull or PostgresErrorCodes.OutOfMemory => TargetFault.ShortOfSpace,
        // Class 08, a server that starts or stops, and a session that somebody ended.
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow => TargetFault.ConnectionLost,
        _ => state.StartsWith("08", StringComparison.Ordinal) ? TargetFault.ConnectionLost : TargetFault.Refused,
    };
}
