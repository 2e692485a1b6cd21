namespace Godwit.Engine.Processes;

/// <summary>How a command ended.</summary>
public abstract record CommandEnd
{
    private CommandEnd()
    {
    }

    /// <param name="ExitCode">Null when a signal ended it.</param>
    /// <param name="Signal">That signal.</param>
    /// <param name="Output">The end of what it printed, without secrets.</param>
    public sealed record Ended(int? ExitCode, int? Signal, string Output, TimeSpan Took) : CommandEnd;

    /// <summary>It took too long, and was ended with all it had started.</summary>
    public sealed record TookTooLong(string Output) : CommandEnd;

    /// <summary>It could not be started: nothing happened.</summary>
    public sealed record NotStarted(string Reason) : CommandEnd;
}
