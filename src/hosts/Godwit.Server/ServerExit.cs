namespace Godwit.Server;

/// <summary>What the process returns; the numbers mean what they mean for the command line.</summary>
public static class ServerExit
{
    /// <summary>It was told to stop, and every request was answered.</summary>
    public const int Done = 0;

    /// <summary>The configuration is refused; nothing was begun.</summary>
    public const int Refused = 1;

    public const int Usage = 2;

    /// <summary>A port, the database or the disk is in the way; or it was stopped with requests still at work.</summary>
    public const int Fault = 4;
}
