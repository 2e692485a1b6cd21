using Godwit.Http.Settings;
using Godwit.Identity.Database;
using Godwit.Identity.Settings;
using Microsoft.Extensions.Logging;

namespace Godwit.Identity.CleanUp;

/// <summary>
/// What goes when its time is over: codes every hour, sessions, links, mails and counts every day; and the partitions of events, made ahead and dropped. Of any number of hosts one does it at a time; done twice it does no harm.
/// </summary>
internal sealed partial class Housekeeping(IdentityDatabase database, SettingValues settings, TimeProvider time, ILogger<Housekeeping> logger)
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

    /// <summary>One round of it.</summary>
    public Task TidyAsync(CancellationToken cancellation) => database.InTransactionAsync(
        async connection =>
        {
            if (!await Statement.FirstAsync(connection, "SELECT pg_try_advisory_xact_lock($1)", r => r.GetBoolean(0), cancellation, Statement.P(LockId))) return;
            // A login that commits now waits for no partition: making one takes a lock for a moment, and is not waited for.
            await Statement.RunAsync(connection, "SET LOCAL lock_timeout = '2s'", cancellation);
            var (made, dropped) = await Statement.FirstAsync(
                connection, "SELECT identity.make_event_partitions($1), identity.drop_event_partitions($2)", r => (r.GetInt32(0), r.GetInt32(1)), cancellation, Statement.P(MonthsAhead),
                Statement.P((int)settings.Whole(IdentitySettings.EventMonths.Name)));
            var codes = await Statement.FirstAsync(connection, "SELECT identity.cleanup_expired_otps()", r => r.GetInt32(0), cancellation);
            var sessions = await Statement.FirstAsync(connection, "SELECT identity.cleanup_expired_sessions()", r => r.GetInt32(0), cancellation);
            var links = await Statement.FirstAsync(connection, "SELECT reset_deleted + verify_deleted FROM identity.cleanup_expired_tokens()", r => r.GetInt32(0), cancellation);
            Tidied(logger, codes, sessions, links, made, dropped);
        },
        cancellation);

    [LoggerMessage(2310, LogLevel.Information, "tidied: {codes} codes, {sessions} sessions and {links} links are gone; {made} partitions of events were made, {dropped} dropped", EventName = "IdentityTidied")]
    private static partial void Tidied(ILogger logger, int codes, int sessions, int links, int made, int dropped);
}
