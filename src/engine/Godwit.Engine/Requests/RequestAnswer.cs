using System.Net.Http.Headers;

namespace Godwit.Engine.Requests;

/// <summary>How a request ended.</summary>
public enum RequestEnd
{
    /// <summary>An answer came, whatever it says.</summary>
    Answered,

    /// <summary>None within its time.</summary>
    Timeout,

    /// <summary>No connection could be made.</summary>
    NotConnected,

    /// <summary>The connection ended before the answer did.</summary>
    Broken,

    /// <summary>It could not be made, such as with a header that is none.</summary>
    NotSent,

    /// <summary>It was given up since the test ended.</summary>
    GivenUp,
}

/// <summary>What came of a request.</summary>
internal sealed record RequestAnswer(RequestEnd End)
{
    /// <summary>Why there is no answer: no value of a variable.</summary>
    public string? Why { get; init; }

    public int Status { get; init; }

    public HttpResponseHeaders? Headers { get; init; }

    public HttpContentHeaders? ContentHeaders { get; init; }

    /// <summary>Empty when nobody asked for it.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Of the body, whether it was kept or not.</summary>
    public long Bytes { get; init; }

    /// <summary>Whether there is more of the body than was kept.</summary>
    public bool IsCut { get; init; }

    /// <summary>From when it was to begin to its last byte.</summary>
    public TimeSpan Took { get; init; }

    /// <summary>A header's values as one line; null when it is not there.</summary>
    public string? Header(string name) =>
        Headers?.TryGetValues(name, out var values) is true || ContentHeaders?.TryGetValues(name, out values) is true ? string.Join(", ", values) : null;
}
