namespace Godwit.Engine.Http;

/// <summary>What came of a request.</summary>
public abstract record HttpAnswer
{
    private HttpAnswer()
    {
    }

    /// <summary>How often it was sent.</summary>
    public int Attempts { get; init; }

    /// <param name="Status">The last answer's status.</param>
    /// <param name="Body">Its body, at most <see cref="HttpSender.LargestBody"/>.</param>
    /// <param name="Took">Of the last attempt.</param>
    public sealed record Came(int Status, ReadOnlyMemory<byte> Body, TimeSpan Took) : HttpAnswer
    {
        /// <summary>How long its Retry-After asks to wait; null without such a header.</summary>
        public TimeSpan? RetryAfter { get; init; }
    }

    /// <summary>It was sent, perhaps arrived, and nothing usable came back.</summary>
    public sealed record None(string Reason) : HttpAnswer
    {
        /// <summary>It was waited for as long as it may take.</summary>
        public bool TimedOut { get; init; }

        /// <summary>No connection was made: nothing of it is on its way.</summary>
        public bool NeverLeft { get; init; }
    }

    /// <summary>It could not be made, e.g. since a variable is not set.</summary>
    public sealed record NotSent(string Reason) : HttpAnswer;
}
