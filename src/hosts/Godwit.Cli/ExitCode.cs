namespace Godwit.Cli;

/// <summary>What the process returns; the same for every command.</summary>
public static class ExitCode
{
    public const int Done = 0;

    /// <summary>Findings; nothing was changed.</summary>
    public const int Findings = 1;

    public const int Usage = 2;

    /// <summary>Verification found a difference.</summary>
    public const int NotVerified = 3;

    /// <summary>Interrupted, or a fault of a database, a disk or a network.</summary>
    public const int Fault = 4;

    /// <summary>Paused, or waiting for somebody.</summary>
    public const int Paused = 5;

    public const int RolledBack = 6;
}
