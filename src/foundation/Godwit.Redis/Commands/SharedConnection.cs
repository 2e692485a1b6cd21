using System.Buffers;

namespace Godwit.Redis.Commands;

/// <summary>
/// What a connection that everybody shares cannot carry: commands that change the connection for all others (SELECT, MULTI), keep all others waiting (BLPOP, WAIT), have no answer of their own
/// (SUBSCRIBE, in RESP3: https://redis.io/docs/latest/develop/reference/protocol-spec/), or stop answers from coming (CLIENT REPLY, which is why CLIENT is refused).
/// </summary>
internal static class SharedConnection
{
    private static readonly SearchValues<char> s_name = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

    private static readonly HashSet<string> s_refused = new(StringComparer.Ordinal)
    {
        "ASKING", "AUTH", "BLMOVE", "BLMPOP", "BLPOP", "BRPOP", "BRPOPLPUSH", "BZMPOP", "BZPOPMAX", "BZPOPMIN", "CLIENT", "DISCARD", "EXEC", "HELLO", "MONITOR", "MULTI", "PSUBSCRIBE", "PSYNC",
        "PUNSUBSCRIBE", "QUIT", "READONLY", "READWRITE", "REPLCONF", "RESET", "SELECT", "SSUBSCRIBE", "SUBSCRIBE", "SUNSUBSCRIBE", "SYNC", "UNSUBSCRIBE", "UNWATCH", "WAIT", "WAITAOF", "WATCH",
    };

    /// <exception cref="ArgumentException">It is one of those, or no name of a command.</exception>
    public static void Check(string name, ReadOnlySpan<RedisArgument> arguments)
    {
        if (name.Length is 0 or > 64 || name.AsSpan().ContainsAnyExcept(s_name))
            throw new ArgumentException("a command's name is one word of capitals", nameof(name));
        if (s_refused.Contains(name))
            throw new ArgumentException($"{name} does not go over a connection that others use too", nameof(name));
        if (Blocking(name, arguments) is { } option)
            throw new ArgumentException($"{name} with {option} does not go over a connection that others use too", nameof(arguments));
    }

    /// <summary>The option that makes a harmless command keep all others waiting, or stop the server at each line of a script.</summary>
    private static string? Blocking(string name, ReadOnlySpan<RedisArgument> arguments)
    {
        if (name == "SCRIPT")
            return arguments is [var word, ..] && word.Is("DEBUG") ? "DEBUG" : null;
        if (name is not ("XREAD" or "XREADGROUP"))
            return null;
        // GROUP has two names behind it that may be anything; from STREAMS on there are keys.
        for (var i = 0; i < arguments.Length && !arguments[i].Is("STREAMS"); i++)
        {
            if (arguments[i].Is("BLOCK"))
                return "BLOCK";
            if (arguments[i].Is("GROUP"))
                i += 2;
            else if (arguments[i].Is("COUNT"))
                i++;
        }
        return null;
    }
}
