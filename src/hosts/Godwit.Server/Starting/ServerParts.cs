using Godwit.Http.Modules;
using Godwit.Http.Settings;
using Godwit.Redis;
using Godwit.Telemetry.Logging;
using Npgsql;

namespace Godwit.Server.Starting;

/// <summary>What a host is put together from; it owns pool and client from here on.</summary>
internal sealed record ServerParts(SettingValues Settings, SafeLog Log, Func<Microsoft.Extensions.Logging.ILoggerFactory, NpgsqlDataSource> Database, RedisClient? Redis, IReadOnlyList<IPlatformModule> Modules)
{
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
