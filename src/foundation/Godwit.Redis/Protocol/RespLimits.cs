namespace Godwit.Redis.Protocol;

/// <summary>What a server may send. What goes beyond ends the connection: a server that is taken over, or is none, must not take the client's memory.</summary>
public sealed record RespLimits
{
    public static readonly RespLimits Default = new();

    /// <summary>Bytes of one line: simple texts, errors, numbers.</summary>
    public int LongestLine { get; init; } = 64 * 1024;

    /// <summary>Bytes of one bulk string. Redis itself takes up to 512 MB.</summary>
    public int LongestBulk { get; init; } = 64 * 1024 * 1024;

    /// <summary>Bytes of all texts of one answer together.</summary>
    public long LargestAnswer { get; init; } = 128L * 1024 * 1024;

    /// <summary>Values of one answer, however nested.</summary>
    public int MostValues { get; init; } = 1_000_000;

    /// <summary>Arrays in arrays.</summary>
    public int Deepest { get; init; } = 16;
}
