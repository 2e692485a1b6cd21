using System.Buffers.Text;
using System.Text;
using Godwit.Redis.Connections;

namespace Godwit.Redis.Commands;

/// <summary>
/// A command as it goes over the wire, made once and sent as often as one likes. <c>ToString</c> is its name: arguments are keys and values of the application's.
/// </summary>
public sealed class RedisCommand
{
    /// <summary>Bytes of one command with all its arguments.</summary>
    public const int LargestCommand = 16 * 1024 * 1024;

    private RedisCommand(string name, byte[] bytes) => (Name, Bytes) = (name, bytes);

    public string Name { get; }

    /// <summary>
    /// It may be carried out once more, later, after what others did in between. When the connection is lost before the answer, such a command is sent again where its time allows; another is not, and fails
    /// with <see cref="Faults.RedisUnknownOutcomeException"/>. Commands that only read are; one that sets a key to a value is only where nobody else writes that key, or else it takes back what another has written since.
    /// </summary>
    public bool Repeatable { get; init; }

    /// <summary>How long the answer may take, when it is another time than the client's: more than nothing, at most a day.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Zero, infinite, or longer than a day.</exception>
    public TimeSpan? Timeout { get; init => field = value is { } span ? Deadlines.Checked(span, nameof(Timeout)) : null; }

    internal byte[] Bytes { get; }

    /// <param name="name">One word in capitals: <c>GET</c>; of a command of two words, the first.</param>
    /// <param name="arguments">Everything after it.</param>
    /// <exception cref="ArgumentException">It would be larger than <see cref="LargestCommand"/>, is one that a shared connection cannot carry, or holds half a character.</exception>
    public static RedisCommand Of(string name, params ReadOnlySpan<RedisArgument> arguments)
    {
        SharedConnection.Check(name, arguments);
        return Encode(name, arguments);
    }

    /// <summary>A command that only asks, and may be sent again.</summary>
    public static RedisCommand Reading(string name, params ReadOnlySpan<RedisArgument> arguments)
    {
        SharedConnection.Check(name, arguments);
        var command = Encode(name, arguments);
        return new RedisCommand(command.Name, command.Bytes) { Repeatable = true };
    }

    /// <summary>The same command, which has so much time for its answer: more than nothing, at most a day.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Zero, infinite, or longer than a day.</exception>
    public RedisCommand Within(TimeSpan timeout) => new(Name, Bytes) { Repeatable = Repeatable, Timeout = timeout };

    public override string ToString() => Name;

    /// <summary>Any command: what the client itself says on connections of its own.</summary>
    internal static RedisCommand Encode(string name, params ReadOnlySpan<RedisArgument> arguments)
    {
        long size = 16 + 16 + name.Length;
        foreach (var argument in arguments)
            size += 16 + argument.Length;
        if (size > LargestCommand)
            throw new ArgumentException($"a command {name} of {size} bytes is too large: {LargestCommand} are allowed", nameof(arguments));
        var output = new byte[size];
        var end = WriteNumber(output, 0, '*', arguments.Length + 1);
        end = WriteNumber(output, end, '$', name.Length);
        end += Encoding.ASCII.GetBytes(name, output.AsSpan(end));
        end = WriteEnd(output, end);
        foreach (var argument in arguments)
        {
            var length = argument.Length;
            end = WriteNumber(output, end, '$', length);
            argument.Write(output.AsSpan(end));
            end = WriteEnd(output, end + length);
        }
        return new RedisCommand(name, output[..end]);
    }

    /// <summary>Two commands in one piece, of which only the second has an answer for certain.</summary>
    internal RedisCommand FollowedBy(RedisCommand next) => new(Name, [.. Bytes, .. next.Bytes]);

    private static int WriteNumber(byte[] output, int at, char kind, int number)
    {
        output[at] = (byte)kind;
        Utf8Formatter.TryFormat(number, output.AsSpan(at + 1), out var written);
        return WriteEnd(output, at + 1 + written);
    }

    private static int WriteEnd(byte[] output, int at)
    {
        output[at] = (byte)'\r';
        output[at + 1] = (byte)'\n';
        return at + 2;
    }
}
