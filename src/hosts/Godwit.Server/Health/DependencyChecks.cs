using Godwit.Http.Health;
using Godwit.Redis;
using Godwit.Redis.Commands;
using Npgsql;

namespace Godwit.Server.Health;

/// <summary>What every module of the platform leans on.</summary>
internal static class DependencyChecks
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(2);

    /// <summary>An answer to a prepared statement; a connection that was broken meanwhile is one more reason to say no.</summary>
    public static HealthCheck Database(NpgsqlDataSource database) => new("database", Vital: true, s_deadline, async cancellation =>
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand("SELECT 1", connection) { CommandTimeout = (int)s_deadline.TotalSeconds };
        await command.PrepareAsync(cancellation);
        await command.ExecuteScalarAsync(cancellation);
    });

    /// <summary>Never vital: nothing has its only copy in Redis. It has more time than a cache: the question is whether the server is there, not how fast it is.</summary>
    public static HealthCheck Redis(RedisClient redis)
    {
        var ping = RedisCommand.Reading("PING").Within(TimeSpan.FromSeconds(1));
        return new("redis", Vital: false, s_deadline, cancellation => redis.SendAsync(ping, cancellation));
    }
}
