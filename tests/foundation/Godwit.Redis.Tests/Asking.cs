using Godwit.Redis.Commands;
using Godwit.Redis.Protocol;

namespace Godwit.Redis.Tests;

/// <summary>Asks for as long as the test may run.</summary>
internal static class Asking
{
    public static Task<RespValue> AskAsync(this RedisClient client, RedisCommand command) => client.SendAsync(command, TestContext.Current.CancellationToken);

    public static Task ReachAsync(this RedisClient client) => client.ConnectAsync(TestContext.Current.CancellationToken);
}
