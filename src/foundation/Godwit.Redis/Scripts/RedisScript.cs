using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Godwit.Redis.Clusters;
using Godwit.Redis.Commands;
using Godwit.Redis.Faults;
using Godwit.Redis.Protocol;

namespace Godwit.Redis.Scripts;

/// <summary>
/// A Lua script. It is called by its hash, and sent whole where the server does not know it: after a restart, a failover, SCRIPT FLUSH (https://redis.io/docs/latest/develop/programmability/eval-intro/). A server that does
/// not know it has done nothing, so that this second call does nothing twice.
/// </summary>
public sealed class RedisScript
{
    private RedisScript(string source, string hash) => (Source, Hash) = (source, hash);

    public string Source { get; }

    /// <summary>SHA-1 of the source, in hexadecimal: the name that Redis gives it.</summary>
    public string Hash { get; }

    /// <summary>It may be run once more, later, after what others did in between: as <see cref="RedisCommand.Repeatable"/>.</summary>
    public bool Repeatable { get; init; }

    [SuppressMessage("Security", "CA5350", Justification = "Redis names scripts so; nothing is kept secret or proved by it")]
    public static RedisScript Of(string source) => new(source, Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(source))));

    /// <summary>Runs it.</summary>
    /// <param name="client">Where.</param>
    /// <param name="keys">All keys that it touches; of one hash slot, so that it works in a cluster too.</param>
    /// <param name="arguments">What else it is told.</param>
    /// <param name="cancellationToken">Ends the waiting; the script may still be carried out.</param>
    /// <exception cref="ArgumentException">The keys are of several hash slots: give them one hash tag.</exception>
    /// <exception cref="RedisException">As of any command; what the script itself reports is a <see cref="RedisRefusedException"/>.</exception>
    public async Task<RespValue> RunAsync(RedisClient client, string[] keys, RedisArgument[] arguments, CancellationToken cancellationToken = default)
    {
        if (!HashSlot.IsOne(keys))
            throw new ArgumentException("the keys of a script have different hash slots: give them one hash tag, {…}", nameof(keys));
        try
        {
            return await client.SendAsync(Command("EVALSHA", Hash, keys, arguments), cancellationToken);
        }
        catch (RedisRefusedException refused) when (refused.Code == "NOSCRIPT")
        {
            return await client.SendAsync(Command("EVAL", Source, keys, arguments), cancellationToken);
        }
    }

    private RedisCommand Command(string name, string script, string[] keys, RedisArgument[] arguments)
    {
        RedisArgument[] all = [script, keys.Length, .. keys.Select(k => (RedisArgument)k), .. arguments];
        return Repeatable ? RedisCommand.Reading(name, all) : RedisCommand.Of(name, all);
    }
}
