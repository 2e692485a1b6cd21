using Godwit.Identity.Database;
using Godwit.Identity.Register;
using Godwit.Redis;
using Godwit.Redis.Commands;
using Godwit.Redis.Faults;
using Godwit.Redis.Protocol;
using Godwit.Redis.Scripts;

namespace Godwit.Identity.Sessions;

/// <summary>
/// Whether a session that an access token names has ended since. With Redis that is one read of a list of what has ended within the life of an access token; without it, or while the list is not to be trusted, one prepared
/// statement. The list is one key, a sorted set, which holds beside the ended sessions a mark that it is whole: what Redis forgets, it forgets with the mark. The mark is set by a host that has brought everything there was to
/// bring, by a script that looks whether its own mark from before that is still there: a Redis that was restarted in between gets none.
/// </summary>
internal sealed class SessionGate(IdentityDatabase database, RedisClient? redis = null, ErasureRegister? register = null, SecurityEpoch? epoch = null)
{
    /// <summary>The one key.</summary>
    public const string Key = "godwit:identity-ended";

    /// <summary>The member without which nothing is concluded of the others.</summary>
    private const string Whole = "whole";

    /// <summary>Longer than any access token lives, on whatever host it was issued.</summary>
    private static readonly TimeSpan s_kept = TimeSpan.FromSeconds(300 + 120);

    /// <summary>Adds an entry; the key goes by itself where no host keeps it.</summary>
    private static readonly RedisScript s_add = RedisScript.Of("redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1]) if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], 10000) end return 1");

    /// <summary>Marks the list as whole for ten seconds more, if it is still the one that this host has brought everything to.</summary>
    private static readonly RedisScript s_keep = RedisScript.Of(
        "if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[2]) redis.call('ZADD', KEYS[1], '9e15', 'whole') redis.call('PEXPIRE', KEYS[1], 10000) return 1");

    private readonly string _own = $"host:{Guid.NewGuid()}";

    private readonly SharedStatement<Guid, bool> _open = Open(database);

    /// <summary>Up to where the database was looked at; null when all is to be brought again.</summary>
    private string? _seen;

    /// <summary>In which security epoch that was.</summary>
    private DateTimeOffset? _since;

    /// <summary>For what reads: the list, or the database.</summary>
    public async Task<bool> IsOpenAsync(Guid family, CancellationToken cancellation)
    {
        if (redis is not null)
        {
            try
            {
                var answer = await redis.SendAsync(RedisCommand.Reading("ZMSCORE", Key, Whole, family.ToString()), cancellation);
                if (answer is RespValue.Sequence { Items: [not RespValue.Null, var entry] }) return entry is RespValue.Null;
            }
            catch (RedisException)
            {
                // Slower, and never open by default.
            }
        }
        return await IsOpenInDatabaseAsync(family, cancellation);
    }

    /// <summary>For what is sensitive: the database, always. A session of an account that is locked or erased is not open. Requests that ask at once are answered by one statement, which begins after they asked.</summary>
    public Task<bool> IsOpenInDatabaseAsync(Guid family, CancellationToken cancellation) => _open.AskAsync(family, cancellation);

    private static SharedStatement<Guid, bool> Open(IdentityDatabase database) => new(asked => database.WithAsync<IReadOnlyDictionary<Guid, bool>>(
        async connection =>
        {
            var open = await Statement.AllAsync(
                connection,
                """
                SELECT s.family FROM identity.user_sessions s JOIN identity.users u ON u.id = s.user_id
                WHERE s.family = ANY ($1) AND NOT s.revoked AND s.expires_at > now() AND u.deleted_at IS NULL AND NOT (u.account_locked AND coalesce(u.account_locked_until, 'infinity') > now())
                """,
                r => r.GetGuid(0), CancellationToken.None, Statement.P(asked.Distinct().ToArray()));
            return open.ToDictionary(f => f, _ => true);
        },
        CancellationToken.None));

    /// <summary>
    /// Puts sessions on the list whose end has committed, whatever becomes of the request, and into the register, so that no restored backup opens them again. What Redis does not take now, <see cref="KeepListAsync"/> brings
    /// within a second or two.
    /// </summary>
    /// <exception cref="Http.Problems.ProblemException">503: the register cannot be written.</exception>
    public async Task PublishAsync(IReadOnlyList<Guid> families)
    {
        try
        {
            if (redis is not null) await Task.WhenAll(families.Select(AddAsync));
        }
        catch (RedisException)
        {
            // It is in the database already.
        }
        if (register is not null) await register.EndedAsync(families);
    }

    /// <summary>Keeps the list whole: every second it brings what has ended since the last look. A host that cannot reach Redis or the database lets the list go.</summary>
    public async Task KeepListAsync(TimeProvider time, CancellationToken stopping)
    {
        if (redis is null) return;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await KeepOnceAsync(time, stopping);
            }
            catch (RedisException)
            {
                // From the beginning when it is back: nobody knows what it has kept.
                _seen = null;
            }
            await Task.Delay(TimeSpan.FromSeconds(1), time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task KeepOnceAsync(TimeProvider time, CancellationToken cancellation)
    {
        // A restored database numbers its transactions from where the backup was: what ends there from now on is below what was seen.
        if (_since != epoch?.Since) (_since, _seen) = (epoch?.Since, null);
        // Before the look: what this mark stands on afterwards has been there all along.
        if (_seen is null) await redis!.SendAsync(RedisCommand.Of("ZADD", Key, "9e15", _own), cancellation);
        var (families, seen) = await database.WithAsync(
            async connection =>
            {
                // What commits after this was not seen, and is at or above it.
                var now = await Statement.FirstAsync(connection, "SELECT pg_snapshot_xmin(pg_current_snapshot())::text", r => r.GetString(0), cancellation);
                var ended = _seen is { } from
                    ? await Statement.AllAsync(connection, "SELECT family FROM identity.user_sessions WHERE revoked AND revoked_xid >= $1::text::xid8", r => r.GetGuid(0), cancellation, Statement.P(from))
                    : await Statement.AllAsync(connection, "SELECT family FROM identity.user_sessions WHERE revoked AND revoked_at > now() - interval '1 hour'", r => r.GetGuid(0), cancellation);
                return (ended, now!);
            },
            cancellation);
        foreach (var family in families) await AddAsync(family);
        _seen = await s_keep.RunAsync(redis!, [Key], [_own, time.GetUtcNow().ToUnixTimeSeconds()], cancellation) is RespValue.Integer { Value: 1 } ? seen : null;
    }

    private Task<RespValue> AddAsync(Guid family) => s_add.RunAsync(redis!, [Key], [family.ToString(), TimeProvider.System.GetUtcNow().Add(s_kept).ToUnixTimeSeconds()]);
}
