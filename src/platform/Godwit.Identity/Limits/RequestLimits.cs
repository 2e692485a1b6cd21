using Godwit.Http.Problems;
using Godwit.Http.Settings;
using Godwit.Identity.Database;
using Godwit.Identity.Figures;
using Godwit.Identity.Lockout;
using Godwit.Identity.Requests;
using Godwit.Identity.Settings;
using Npgsql;

namespace Godwit.Identity.Limits;

/// <summary>
/// How often a network, an account or a number may ask for what costs others something: a hash, a mail, a text message. Whom it is asked for plays no part, so that a refusal tells nothing of anybody. A bucket is one instant in a
/// row (GCRA), moved on by one statement: of any number of requests at once, on any number of hosts, no more get through than fit.
/// </summary>
internal sealed class RequestLimits(IdentityDatabase database, BucketRows names, SettingValues settings)
{
    private static readonly TimeSpan s_each = TimeSpan.FromSeconds(30);

    private readonly RequestRate _network = new((int)settings.Whole(IdentitySettings.NetworkBurst.Name), s_each);

    /// <summary>Counts a request of a kind for the client's network, before anything of it is done.</summary>
    /// <param name="kind">One of <see cref="RequestKind"/>: each has a bucket of its own.</param>
    /// <param name="client">From where.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="ProblemException">429, with Retry-After.</exception>
    public Task RequireAsync(string kind, Client client, CancellationToken cancellation) => database.WithAsync(
        async connection =>
        {
            await RequireAsync(connection, kind, NetworkKey.Of(client.Address), _network, cancellation);
            return true;
        },
        cancellation);

    /// <summary>Counts a request of an account before anything of it is done.</summary>
    /// <param name="kind">What is asked for.</param>
    /// <param name="of">For whom it is counted.</param>
    /// <exception cref="ProblemException">429, with Retry-After.</exception>
    public Task RequireAsync(string kind, string of, RequestRate rate, CancellationToken cancellation) => database.WithAsync(
        async connection =>
        {
            await RequireAsync(connection, kind, of, rate, cancellation);
            return true;
        },
        cancellation);

    /// <summary>In the connection's transaction, if it has one: what is refused later in it is not counted.</summary>
    /// <param name="kind">What is asked for.</param>
    /// <param name="of">For whom it is counted.</param>
    /// <exception cref="ProblemException">429, with Retry-After.</exception>
    public async Task RequireAsync(NpgsqlConnection connection, string kind, string of, RequestRate rate, CancellationToken cancellation)
    {
        var buckets = names.Names($"ask {kind}", of);
        var (each, whole) = (Statement.P(rate.Each), Statement.P(rate.Each * rate.Burst));
        // An instant that is further away than a whole burst is of a clock that was set back since: it keeps nobody out.
        var taken = await Statement.RunAsync(
            connection,
            """
            INSERT INTO identity.request_buckets AS r (bucket, full_until) SELECT b, now() + $2 FROM unnest($1) AS b ORDER BY b
            ON CONFLICT (bucket) DO UPDATE SET full_until = CASE WHEN r.full_until > now() + $3 THEN now() ELSE greatest(r.full_until, now()) END + $2
            WHERE greatest(r.full_until, now()) + $2 <= now() + $3 OR r.full_until > now() + $3
            """,
            cancellation, Statement.P(buckets), each, whole);
        if (taken == buckets.Length) return;
        var wait = await Statement.FirstAsync(
            connection, "SELECT max(full_until) + $2 - $3 - now() FROM identity.request_buckets WHERE bucket = ANY($1)", r => r.IsDBNull(0) ? TimeSpan.Zero : r.GetTimeSpan(0), cancellation,
            Statement.P(buckets), Statement.P(rate.Each), Statement.P(rate.Each * rate.Burst));
        IdentityMeter.Limited(kind);
        throw new ProblemException(Problem.Of(429) with { Detail = "Too many of these came from your network, or for your account. Wait.", RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)) });
    }
}
