using Godwit.Http.Modules;
using Godwit.Identity.Database;
using Godwit.Identity.Erasure;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Godwit.Identity.Register;

/// <summary>
/// Notices that the database is an older one than it was, and makes good what that undid. A counter in the database goes on every few seconds, and the register keeps how far it was: a database that is behind was restored. Then the
/// erased are erased again, and a new security epoch begins: every session, code, link and known device from before is worth nothing.
/// </summary>
internal sealed partial class RestoreWatch(IdentityDatabase database, ErasureRegister register, PersonEraser eraser, SecurityEpoch epoch, TimeProvider time, ILogger<RestoreWatch> logger)
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(5);

    private const string Another = "the register of erasures is of another database than this one: where this one takes its place, as a restored backup does, say so with `UPDATE identity.erasure_register SET takes_over = true`; a copy beside it gets a register of its own (IDENTITY_REGISTER). docs/identity-people.md tells more";

    private readonly HashSet<string> _ended = new(StringComparer.Ordinal);

    /// <summary>Before the first request.</summary>
    /// <exception cref="ModuleRefusedException">The register cannot be read, or is not the one that the database knows.</exception>
    public async Task PrepareAsync(CancellationToken cancellation)
    {
        await register.OpenAsync(Note, cancellation);
        try
        {
            await LookAsync(starting: true, cancellation);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new ModuleRefusedException(e is InvalidDataException ? e.Message : $"the register of erasures cannot be read or written: {Settings.IdentitySettings.Register.Name} names its folder");
        }
        _ended.Clear();
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await Task.Delay(s_every, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                if (!stopping.IsCancellationRequested) await LookAsync(starting: false, stopping);
            }
            catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
            {
                // The database does not answer: others need the register meanwhile.
            }
        }
        try
        {
            // Backups that were made since the last look are older than this.
            await LookAsync(starting: false, CancellationToken.None);
        }
        catch (Exception e) when (e is Http.Problems.ProblemException or OperationCanceledException)
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
                using var bounded = register.Bounded(cancellation);
                return await database.InTransactionAsync<Mark?>(async connection =>
                {
                    var there = await StateAsync(connection, bounded.Token);
                    epoch.Began(there.Since);
                    position = there.Position;
                    if (mark is not null && mark.Database != there.Database)
                    {
                        // Under a host that runs the database was exchanged for this one. A host that starts may have been given a copy beside the one that people use.
                        if (starting && !there.TakesOver) throw new ModuleRefusedException(Another);
                        restored = true;
                        return null;
                    }
                    if (mark is null && there.Register == register.File.Id && there.Number > 0) throw new ModuleRefusedException("the mark of the register of erasures is missing: bring it back (docs/identity-people.md)");
                    restored = there.TakesOver || there.Number < (mark?.Number ?? 0);
                    if (restored) return null;
                    // At the start the lines that the database has not seen are looked at first.
                    await Statement.RunAsync(
                        connection, "UPDATE identity.erasure_register SET mark = mark + 1, register = $1, position = CASE WHEN $2 THEN position ELSE greatest(position, $3) END", bounded.Token, Statement.P(register.File.Id), Statement.P(starting),
                        Statement.P(register.File.Position));
                    return new Mark(there.Number + 1, there.Database);
                },
                bounded.Token);
            },
            cancellation);
        if (!restored && starting && position < register.File.Position)
        {
            // A host was killed between the register and the database; or a backup is so young that the mark does not tell.
            restored = await KnowsNotAsync(cancellation);
            if (!restored) await CarryOutAsync(position, cancellation);
        }
        if (restored) await MakeGoodAsync(position, cancellation);
    }

    private static Task<State> StateAsync(NpgsqlConnection connection, CancellationToken cancellation) => Statement.FirstAsync(
        connection,
        """
        SELECT mark, position, restored_at, register, takes_over, (SELECT system_identifier::text FROM pg_control_system()) || '.' || (SELECT oid::text FROM pg_database WHERE datname = current_database())
        FROM identity.erasure_register FOR UPDATE
        """,
        r => new State(r.GetInt64(0), r.GetInt64(1), r.IsDBNull(2) ? null : r.GetFieldValue<DateTimeOffset>(2), r.IsDBNull(3) ? null : r.GetString(3), r.GetBoolean(4), r.GetString(5)), cancellation)!;

    /// <summary>Of lines that the database has not seen.</summary>
    private void Note(RegisterLine line)
    {
        if (line.Kind == RegisterLine.Ended) _ended.Add(line.Subject);
    }

    /// <param name="known">The last line that the backup has.</param>
    /// <param name="cancellation">Ends it.</param>
    private async Task MakeGoodAsync(long known, CancellationToken cancellation)
    {
        var revoked = await RevokeAsync(known, cancellation);
        var erased = await EraseAsync(cancellation);
        var began = await database.InTransactionAsync(
            async connection =>
            {
                await Statement.RunAsync(connection, "UPDATE identity.user_sessions SET revoked = true, revoked_at = now(), revoked_reason = 'the database was restored' WHERE NOT revoked", cancellation);
                await Statement.RunAsync(connection, "UPDATE identity.user_otp_codes SET used = true, used_at = now() WHERE NOT used", cancellation);
                // Which of them were used since nobody knows.
                await Statement.RunAsync(connection, "UPDATE identity.user_2fa_settings SET backup_codes = NULL, backup_codes_generated_at = NULL WHERE backup_codes IS NOT NULL", cancellation);
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
                async connection => (Mark?)new Mark(
                    await Statement.FirstAsync(
                        connection,
                        "UPDATE identity.erasure_register SET mark = greatest(mark, $1) + 1, position = greatest(position, $2), register = $3, takes_over = false RETURNING mark", r => r.GetInt64(0), cancellation,
                        Statement.P(mark?.Number ?? 0), Statement.P(register.File.Position), Statement.P(register.File.Id)),
                    (await StateAsync(connection, cancellation)).Database),
                cancellation),
            cancellation);
        Restored(logger, erased, revoked);
    }

    /// <summary>Reads the register anew: a host that runs has not kept what it says.</summary>
    private async Task<int> RevokeAsync(long known, CancellationToken cancellation)
    {
        List<RegisterLine> lines = [];
        await register.File.ReadAsync(
            known,
            line =>
            {
                if (line.Kind is RegisterLine.Revoked or RegisterLine.Allowed) lines.Add(line);
            },
            cancellation);
        return (await database.InTransactionAsync(connection => RevokedAgain.DoAsync(connection, lines, of => register.File.SubjectOf(RegisterLine.Revoked, of), cancellation), cancellation)).Accounts;
    }

    /// <returns>Whether the database does not have the end of a session that the register has: it is noted there after it has committed here.</returns>
    private async Task<bool> KnowsNotAsync(CancellationToken cancellation)
    {
        if (_ended.Count == 0) return false;
        var revoked = await database.WithAsync(
            connection => Statement.AllAsync(connection, "SELECT family FROM identity.user_sessions WHERE revoked", r => r.GetGuid(0), cancellation), cancellation);
        return !_ended.IsSubsetOf(revoked.Select(f => register.File.SubjectOf(RegisterLine.Ended, f.ToString())));
    }

    private async Task CarryOutAsync(long known, CancellationToken cancellation)
    {
        await RevokeAsync(known, cancellation);
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

    [LoggerMessage(2322, LogLevel.Warning, "the database is an older one than it was: {erased} people were erased again, {revoked} accounts lost again what they had lost since, and all sessions, codes, links and known devices from before are worth nothing", EventName = "DatabaseRestored")]
    private static partial void Restored(ILogger logger, int erased, int revoked);

    /// <param name="Number">The counter.</param>
    private sealed record State(long Number, long Position, DateTimeOffset? Since, string? Register, bool TakesOver, string Database);
}
