using Godwit.Http.Settings;
using Godwit.Identity.Accounts;
using Godwit.Identity.Archives;
using Godwit.Identity.Database;
using Godwit.Identity.Erasure;
using Godwit.Identity.Events;
using Godwit.Identity.Keys;
using Godwit.Identity.Mail;
using Godwit.Identity.Settings;

namespace Godwit.Identity.DataRequests;

/// <summary>
/// Answers requests that need nobody - access, portability, erasures whose time has come - beside the other requests. Any number of hosts do so: one takes a request for ten minutes, and after that, killed or failed, another does.
/// </summary>
internal sealed class DataRequestWork(
    IdentityDatabase database, IdentityKeys keys, ArchiveWriter archives, PersonEraser eraser, PersonalValues values, Outbox outbox, EventLog events, DataRequestMeter meter, SettingValues settings, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan s_measured = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _woken = new(0, 1);

    public async Task RunAsync(CancellationToken stopping)
    {
        var measured = DateTimeOffset.MinValue;
        while (!stopping.IsCancellationRequested)
        {
            if (time.GetUtcNow() - measured > s_measured)
            {
                await meter.MeasureAsync(stopping);
                await eraser.SweepAsync(stopping);
                measured = time.GetUtcNow();
            }
            if (!await AnswerNextAsync(stopping)) await _woken.WaitAsync(s_look, stopping);
        }
    }

    /// <summary>After the commit of a request.</summary>
    public void Wake()
    {
        try
        {
            if (_woken.CurrentCount == 0) _woken.Release();
        }
        catch (SemaphoreFullException)
        {
            // Somebody else woke it in between.
        }
    }

    /// <returns>False when there is none that can be answered.</returns>
    public async Task<bool> AnswerNextAsync(CancellationToken cancellation)
    {
        if (await ClaimAsync(cancellation) is not { } request) return false;
        if (request.Type == "erasure") await eraser.EraseAsync(request, cancellation);
        else await ArchiveAsync(request, cancellation);
        meter.Answered(request.Type, "completed");
        return true;
    }

    public void Dispose() => _woken.Dispose();

    private Task<DataRequestRow?> ClaimAsync(CancellationToken cancellation) => database.InTransactionAsync(
        async connection =>
        {
            var uuid = await Statement.FirstAsync(
                connection,
                """
                UPDATE identity.data_subject_requests SET status = 'in_progress', started_at = now()
                WHERE id = (
                    SELECT id FROM identity.data_subject_requests
                    WHERE user_id IS NOT NULL AND processed_by_admin_id IS NULL AND (status = 'pending' OR (status = 'in_progress' AND started_at < now() - interval '10 minutes'))
                        AND (request_type IN ('access', 'portability') OR (request_type = 'erasure' AND execute_after <= now()))
                    ORDER BY requested_at LIMIT 1 FOR UPDATE SKIP LOCKED)
                RETURNING uuid
                """,
                r => (Guid?)r.GetGuid(0), cancellation);
            return uuid is { } id ? await DataRequestRow.FindAsync(connection, id, cancellation) : null;
        },
        cancellation);

    private async Task ArchiveAsync(DataRequestRow request, CancellationToken cancellation)
    {
        var (user, uuid) = (request.User!.Value, request.UserUuid!.Value);
        // Erased meanwhile: its row says so already.
        if (await archives.WriteAsync(request, cancellation) is not { } archive || await keys.Persons.OpenAsync(uuid.ToString(), cancellation) is not { } person) return;
        await using (person)
        {
            var blob = DataRequestRow.Seal(keys, person, "encrypted_response", request.Uuid, archive);
            var until = time.GetUtcNow().AddDays(settings.Whole(IdentitySettings.ArchiveDays.Name));
            await database.InTransactionAsync(
                async connection =>
                {
                    var done = await Statement.RunAsync(
                        connection,
                        "UPDATE identity.data_subject_requests SET status = 'completed', completed_at = now(), encrypted_response = $2, response_expires_at = $3 WHERE id = $1 AND status = 'in_progress' AND user_id IS NOT NULL", cancellation,
                        Statement.P(request.Id), Statement.P(blob), Statement.P(until.UtcDateTime));
                    if (done == 0) return;
                    await events.WriteAsync(connection, new SecurityEvent("archive_made", "data_access") { UserId = user }, cancellation);
                    if (await values.EmailAsync(connection, uuid, cancellation) is { } email) await outbox.AddAsync(connection, MailKind.DataRequest, new MailPayload(email, Detail: DataRequestWords.ArchiveReady(until)), cancellation);
                },
                cancellation);
        }
        outbox.Wake();
    }
}
