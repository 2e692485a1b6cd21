using Godwit.Http.Modules;
using Godwit.Http.Settings;
using Godwit.Redis;
using Godwit.Security.Keyring.Masters;
using Godwit.Telemetry.Logging;
using Npgsql;

namespace Godwit.Server.Starting;

/// <summary>What a host is put together from; it owns pool and client from here on.</summary>
internal sealed record ServerParts(SettingValues Settings, SafeLog Log, Func<Microsoft.Extensions.Logging.ILoggerFactory, NpgsqlDataSource> Database, RedisClient? Redis, IReadOnlyList<IPlatformModule> Modules)
{
    /// <summary>What unwraps the keyring, where a module needs keys; it is the host's from here on.</summary>
    public MasterKeySettings? MasterKey { get; init; }

    /// <summary>Connections for the keyring alone: who holds one of the others may wait for a key, and all who wait would hold all there are.</summary>
    public Func<NpgsqlDataSource>? KeyringDatabase { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
