using Godwit.Http.Settings;
using Godwit.Identity.Audit;
using Godwit.Identity.Database;
using Godwit.Identity.Settings;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Godwit.Identity.CleanUp;

/// <summary>
/// What goes when its time is over: codes every hour, sessions, links, mails and counts every day; and the partitions of events, made ahead and dropped. Of any number of hosts one does it at a time; done twice it does no harm.
/// </summary>
internal sealed partial class Housekeeping(IdentityDatabase database, EventRetention retention, SettingValues settings, TimeProvider time, ILogger<Housekeeping> logger)
{
    /// <summary>Names the lock among the locks of the database.</summary>
    private const long LockId = 0x676f6477_69640001;

    private const int MonthsAhead = 3;

    private static readonly TimeSpan s_every = TimeSpan.FromHours(1);

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await TidyAsync(stopping);
            await Task.Delay(s_every, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One round of it. Each part is a transaction of its own: making or dropping a partition holds up whoever writes events, and is over at once.</summary>
    public async Task TidyAsync(CancellationToken cancellation)
    {
        var made = await PartAsync("SELECT identity.make_event_partitions($1)", cancellation, Statement.P(MonthsAhead));
        var dropped = 0;
        while (await PartAsync(async connection => await retention.DropNextAsync(connection, (int)settings.Whole(IdentitySettings.EventMonths.Name), cancellation) ? 1 : 0, cancellation) > 0) dropped++;
        var codes = await PartAsync("SELECT identity.cleanup_expired_otps()", cancellation) + await PartAsync("SELECT identity.cleanup_expired_sign_ins()", cancellation);
        var sessions = await PartAsync("SELECT identity.cleanup_expired_sessions()", cancellation);
        var links = await PartAsync("SELECT reset_deleted + verify_deleted FROM identity.cleanup_expired_tokens()", cancellation);
        await PartAsync("SELECT identity.cleanup_expired_archives()", cancellation);
        Tidied(logger, codes, sessions, links, made, dropped);
    }

    /// <returns>How many it was; 0 when another host is at it.</returns>
    private Task<int> PartAsync(string sql, CancellationToken cancellation, params NpgsqlParameter[] parameters) =>
        PartAsync(connection => Statement.FirstAsync(connection, sql, r => r.GetInt32(0), cancellation, parameters), cancellation);

    private Task<int> PartAsync(Func<NpgsqlConnection, Task<int>> part, CancellationToken cancellation) => database.InTransactionAsync(
        async connection =>
        {
            if (!await Statement.FirstAsync(connection, "SELECT pg_try_advisory_xact_lock($1)", r => r.GetBoolean(0), cancellation, Statement.P(LockId))) return 0;
            await Statement.RunAsync(connection, "SET LOCAL lock_timeout = '2s'", cancellation);
            return await part(connection);
        },
        cancellation);

    [LoggerMessage(2310, LogLevel.Information, "tidied: {codes} codes, {sessions} sessions and {links} links are gone; {made} partitions of events were made, {dropped} dropped", EventName = "IdentityTidied")]
    private static partial void Tidied(ILogger logger, int codes, int sessions, int links, int made, int dropped);
}
