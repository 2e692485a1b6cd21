using Godwit.Http.Settings;
using Godwit.Identity.Database;
using Godwit.Identity.Settings;
using Godwit.Redis;
using Godwit.Redis.Commands;
using Godwit.Redis.Faults;
using Godwit.Redis.Protocol;
using Npgsql;

namespace Godwit.Identity.Sessions;

/// <summary>
/// Whether a session that an access token names has ended since. With Redis that is one read of the deny-list, which holds what ended within the life of an access token; without it, or while it is not to be trusted, one
/// prepared statement. A session that is not on the list counts only while the list says that it is whole: a Redis that was restarted empty, or lost a part, has no such mark, and the database is asked.
/// </summary>
internal sealed class SessionGate(IdentityDatabase database, SettingValues settings, RedisClient? redis = null)
{
    /// <summary>All keys lie in one slot of a cluster, so that the mark and an entry are read together.</summary>
    private const string Prefix = "godwit:{identity-ended}:", Whole = Prefix + "whole";

    private static readonly TimeSpan s_overlap = TimeSpan.FromSeconds(30);

    private readonly TimeSpan _kept = settings.Seconds(IdentitySettings.AccessSeconds.Name) + TimeSpan.FromSeconds(60);

    private DateTimeOffset? _seen;

    /// <summary>For what reads: the list, or the database.</summary>
    public async Task<bool> IsOpenAsync(Guid family, CancellationToken cancellation)
    {
        if (redis is not null)
        {
            try
            {
                var answer = await redis.SendAsync(RedisCommand.Reading("MGET", Whole, Prefix + family), cancellation);
                if (answer is RespValue.Sequence { Items: [RespValue.Bulk, var entry] }) return entry is RespValue.Null;
            }
            catch (RedisException)
            {
                // Slower, and never open by default.
            }
        }
        return await IsOpenInDatabaseAsync(family, cancellation);
    }

    /// <summary>For what is sensitive: the database, always.</summary>
    public Task<bool> IsOpenInDatabaseAsync(Guid family, CancellationToken cancellation) => database.WithAsync(
        connection => Statement.FirstAsync(connection, "SELECT true FROM identity.user_sessions WHERE family = $1 AND NOT revoked AND expires_at > now()", r => r.GetBoolean(0), cancellation, Statement.P(family)),
        cancellation);

    /// <summary>Puts sessions on the list whose end has committed. What Redis does not take now, <see cref="KeepListAsync"/> brings.</summary>
    public async Task PublishAsync(IReadOnlyList<Guid> families, CancellationToken cancellation)
    {
        if (redis is null) return;
        try
        {
            await Task.WhenAll(families.Select(f => AddAsync(f, cancellation)));
        }
        catch (RedisException)
        {
            // It is on the list within the next look, and in the database already.
        }
    }

    /// <summary>Keeps the list whole: every second it brings what has ended since the last look and marks the list as whole for a little while. A host that cannot reach Redis lets the mark expire.</summary>
    public async Task KeepListAsync(TimeProvider time, CancellationToken stopping)
    {
        if (redis is null) return;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await KeepOnceAsync(stopping);
            }
            catch (RedisException)
            {
                // From the beginning when it is back: nobody knows what it has kept.
                _seen = null;
            }
            await Task.Delay(TimeSpan.FromSeconds(1), time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task KeepOnceAsync(CancellationToken cancellation)
    {
        var marked = await redis!.SendAsync(RedisCommand.Reading("GET", Whole), cancellation) is not RespValue.Null;
        var since = marked ? _seen : null;
        var (families, now) = await database.WithAsync(connection => EndedAsync(connection, since, cancellation), cancellation);
        foreach (var family in families) await AddAsync(family, cancellation);
        await redis.SendAsync(RedisCommand.Of("SET", Whole, "1", "EX", "10"), cancellation);
        _seen = now - s_overlap;
    }

    /// <summary>An end is seen when it commits, which may be a while after the time that it bears: so each look goes back a bit.</summary>
    private async Task<(List<Guid> Families, DateTimeOffset Now)> EndedAsync(NpgsqlConnection connection, DateTimeOffset? since, CancellationToken cancellation)
    {
        var now = await Statement.FirstAsync(connection, "SELECT now()", r => r.GetFieldValue<DateTimeOffset>(0), cancellation);
        var from = since ?? now - _kept - s_overlap;
        return (await Statement.AllAsync(connection, "SELECT family FROM identity.user_sessions WHERE revoked AND revoked_at >= $1", r => r.GetGuid(0), cancellation, Statement.P(from.UtcDateTime)), now);
    }

    private Task<RespValue> AddAsync(Guid family, CancellationToken cancellation) =>
        redis!.SendAsync(RedisCommand.Of("SET", Prefix + family, "1", "EX", ((long)_kept.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture)), cancellation);
}
