using Godwit.Identity.Database;
using Godwit.Identity.Erasure;
using Microsoft.Extensions.Logging;

namespace Godwit.Identity.Register;

/// <summary>
/// Notices that the database is an older one than it was, and makes good what that undid. A counter in the database goes on every few seconds, and the register keeps how far it was: a database that is behind was restored. Then the
/// erased are erased again, and a new security epoch begins: every session, code, link and known device from before is worth nothing.
/// </summary>
internal sealed partial class RestoreWatch(IdentityDatabase database, ErasureRegister register, PersonEraser eraser, SecurityEpoch epoch, TimeProvider time, ILogger<RestoreWatch> logger)
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(5);

    private readonly HashSet<string> _ended = new(StringComparer.Ordinal);

    /// <summary>Before the first request.</summary>
    /// <exception cref="Http.Modules.ModuleRefusedException">The register cannot be read, or is not the one that the database knows.</exception>
    public async Task PrepareAsync(CancellationToken cancellation)
    {
        await register.OpenAsync(Note, cancellation);
        await LookAsync(starting: true, cancellation);
        _ended.Clear();
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await Task.Delay(s_every, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!stopping.IsCancellationRequested) await LookAsync(starting: false, stopping);
        }
        try
        {
            // Backups that were made since the last look are older than this.
            await LookAsync(starting: false, CancellationToken.None);
        }
        catch (Http.Problems.ProblemException)
        {
            // The database went first.
        }
    }

    /// <summary>One look. Killed in the middle of making good, the next host finds the database as far behind as this one did.</summary>
    /// <param name="starting">Before the first request, when nobody is between the register and the database.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task LookAsync(bool starting, CancellationToken cancellation)
    {
        var (restored, position) = (false, register.File.Position);
        await register.File.MarkAsync(
            async mark =>
            {
                var (next, known, since) = await database.InTransactionAsync(
                    connection => Statement.FirstAsync(
                        connection,
                        "UPDATE identity.erasure_register SET mark = CASE WHEN mark < $1 THEN mark ELSE mark + 1 END RETURNING mark, position, restored_at",
                        r => (r.GetInt64(0), r.GetInt64(1), r.IsDBNull(2) ? null : (DateTimeOffset?)r.GetFieldValue<DateTimeOffset>(2)), cancellation, Statement.P(mark)),
                    cancellation);
                epoch.Began(since);
                restored = next < mark;
                position = known;
                return restored ? null : next;
            },
            cancellation);
        if (!restored && starting && position < register.File.Position)
        {
            // A host was killed between the register and the database; or a backup is so young that the mark does not tell.
            restored = await KnowsNotAsync(cancellation);
            if (!restored) await CarryOutAsync(cancellation);
        }
        if (restored) await MakeGoodAsync(cancellation);
    }

    /// <summary>Of lines that the database has not seen.</summary>
    private void Note(RegisterLine line)
    {
        if (line.Kind == RegisterLine.Ended) _ended.Add(line.Subject);
    }

    private async Task MakeGoodAsync(CancellationToken cancellation)
    {
        var erased = await EraseAsync(cancellation);
        var began = await database.InTransactionAsync(
            async connection =>
            {
                await Statement.RunAsync(connection, "UPDATE identity.user_sessions SET revoked = true, revoked_at = now(), revoked_reason = 'the database was restored' WHERE NOT revoked", cancellation);
                await Statement.RunAsync(connection, "UPDATE identity.user_otp_codes SET used = true, used_at = now() WHERE NOT used", cancellation);
                await Statement.RunAsync(connection, "DELETE FROM identity.passkey_challenges", cancellation);
                await Statement.RunAsync(connection, "DELETE FROM identity.external_flows", cancellation);
                await Statement.RunAsync(connection, "UPDATE identity.email_verification_tokens SET used = true, used_at = now() WHERE NOT used", cancellation);
                await Statement.RunAsync(connection, "UPDATE identity.password_reset_tokens SET used = true, used_at = now() WHERE NOT used", cancellation);
                await Statement.RunAsync(connection, "UPDATE identity.user_devices SET revoked = true, revoked_at = now(), trusted = false WHERE NOT revoked", cancellation);
                // They were sent already, or say what is no longer so.
                await Statement.RunAsync(connection, "UPDATE identity.mail_outbox SET state = 'dropped', payload = NULL, ended_at = now() WHERE state = 'waiting'", cancellation);
                await Statement.RunAsync(connection, "UPDATE identity.sms_outbox SET state = 'dropped', payload = NULL, ended_at = now() WHERE state = 'waiting'", cancellation);
                return await Statement.FirstAsync(connection, "UPDATE identity.erasure_register SET restored_at = now() RETURNING restored_at", r => r.GetFieldValue<DateTimeOffset>(0), cancellation);
            },
            cancellation);
        epoch.Began(began);
        // The last of it: until now the next host would begin anew.
        await register.File.MarkAsync(
            mark => database.InTransactionAsync(
                connection => Statement.FirstAsync(
                    connection, "UPDATE identity.erasure_register SET mark = greatest(mark, $1) + 1, position = greatest(position, $2) RETURNING mark", r => (long?)r.GetInt64(0), cancellation, Statement.P(mark), Statement.P(register.File.Position)),
                cancellation),
            cancellation);
        Restored(logger, erased);
    }

    /// <returns>Whether the database does not have the end of a session that the register has: it is noted there after it has committed here.</returns>
    private async Task<bool> KnowsNotAsync(CancellationToken cancellation)
    {
        if (_ended.Count == 0) return false;
        var revoked = await database.WithAsync(
            connection => Statement.AllAsync(connection, "SELECT family FROM identity.user_sessions WHERE revoked", r => r.GetGuid(0), cancellation), cancellation);
        return !_ended.IsSubsetOf(revoked.Select(f => register.File.SubjectOf(RegisterLine.Ended, f.ToString())));
    }

    private async Task CarryOutAsync(CancellationToken cancellation)
    {
        await EraseAsync(cancellation);
        await database.InTransactionAsync(
            connection => Statement.RunAsync(connection, "UPDATE identity.erasure_register SET position = greatest(position, $1)", cancellation, Statement.P(register.File.Position)), cancellation);
    }

    private async Task<int> EraseAsync(CancellationToken cancellation)
    {
        var there = await register.AccountsAsync(cancellation);
        foreach (var (id, uuid) in there) await eraser.EraseAgainAsync(id, uuid, cancellation);
        return there.Count;
    }

    [LoggerMessage(2322, LogLevel.Warning, "the database is an older one than it was: {erased} people were erased again, and all sessions, codes, links and known devices from before are worth nothing", EventName = "DatabaseRestored")]
    private static partial void Restored(ILogger logger, int erased);
}
