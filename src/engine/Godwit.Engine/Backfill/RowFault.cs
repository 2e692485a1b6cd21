using Godwit.Engine.Runs;

namespace Godwit.Engine.Backfill;

/// <summary>What a batch that failed says about its rows.</summary>
public enum RowFault
{
    /// <summary>Nothing: the whole database, the session or the statement is at fault.</summary>
    None,

    /// <summary>One of its rows is refused, today and tomorrow.</summary>
    Refused,

    /// <summary>It took too long or collided: a smaller one may fit.</summary>
    TooLarge,
}

/// <summary>Reads a fault by its SQLSTATE alone: the server's message may hold a row's value ("invalid input syntax for type integer: …").</summary>
public static class RowFaults
{
    /// <summary>
    /// Classes and codes that one row causes (https://www.postgresql.org/docs/current/errcodes-appendix.html): data exceptions, constraint violations,
    /// WITH CHECK OPTION, a trigger's RAISE, a value or index entry beyond a limit.
    /// </summary>
    private static readonly string[] s_rows = ["22", "23", "44", "P0", "54"];

    public static RowFault Classify(Exception fault) => fault is not TargetFaultException target ? RowFault.None : target.Fault switch
    {
        TargetFault.StatementTimeout or TargetFault.LockNotAvailable or TargetFault.Deadlock or TargetFault.Serialization => RowFault.TooLarge,
        TargetFault.Refused when target.SqlState is { } state && s_rows.Any(c => state.StartsWith(c, StringComparison.Ordinal)) => RowFault.Refused,
        _ => RowFault.None,
    };

    /// <summary>The reason that is recorded.</summary>
    public static string Reason(Exception fault) => fault is TargetFaultException { SqlState: { } state } ? $"SQLSTATE {state}" : "the target refused it";
}
