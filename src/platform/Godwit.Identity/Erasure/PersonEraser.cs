using Godwit.Identity.Accounts;
using Godwit.Identity.Audit;
using Godwit.Identity.DataRequests;
using Godwit.Identity.Database;
using Godwit.Identity.Events;
using Godwit.Identity.Keys;
using Godwit.Identity.Lockout;
using Godwit.Identity.Mail;
using Godwit.Identity.PersonalData;
using Godwit.Identity.Register;
using Godwit.Identity.Sessions;
using Godwit.Security.Emails;
using Npgsql;

namespace Godwit.Identity.Erasure;

/// <summary>
/// Erases people. First the register outside of the database knows it, on the disk, and the person's data key is shredded; then every table loses what it has, in one transaction, and only that one says that the request was
/// carried out. Killed anywhere, the next try goes on. What stays is a tombstone: a number, an id that leads to nobody, when; sessions without where they were; events without of whom, with the leaves that sealed blocks hold.
/// </summary>
internal sealed class PersonEraser(
    IdentityDatabase database, IdentityKeys keys, AccountFinder accounts, PersonalValues values, BucketStore buckets, ErasureRegister register, SessionGate gate, Outbox outbox, EventLog events, EventSealer sealer)
{
    /// <summary>A request that was being answered may have written something after its person was erased: so long it is taken away again.</summary>
    private const string Swept = "interval '15 minutes'";

    /// <summary>Carries out a request whose time has come, and which this host has claimed.</summary>
    public async Task EraseAsync(DataRequestRow request, CancellationToken cancellation)
    {
        var (user, uuid) = (request.User!.Value, request.UserUuid!.Value);
        // While it can still be read. On a second try it cannot: then the last mail was written by the first, or is not.
        var email = await database.InTransactionAsync(
            async connection =>
            {
                var address = await values.EmailAsync(connection, uuid, cancellation);
                if (address is not null && !await IsToldAsync(connection, address, cancellation)) await outbox.AddAsync(connection, MailKind.Erased, new MailPayload(address), cancellation);
                return address;
            },
            cancellation);
        await keys.Persons.ShredAsync(uuid.ToString(), register, cancellation);
        var ended = await database.InTransactionAsync(
            async connection =>
            {
                var families = await EraseRowsAsync(connection, user, email, cancellation);
                await events.WriteAsync(connection, new SecurityEvent("person_erased", "account") { Severity = EventSeverity.Warning, Data = new() { ["request"] = request.Uuid.ToString() } }, cancellation);
                return families;
            },
            cancellation);
        await gate.PublishAsync(ended);
        outbox.Wake();
    }

    /// <summary>Erases somebody again whom a restored backup brought back: the register knows them already.</summary>
    public async Task EraseAgainAsync(long user, Guid uuid, CancellationToken cancellation)
    {
        var email = await database.WithAsync(connection => values.EmailAsync(connection, uuid, cancellation), cancellation);
        await keys.Persons.ShredAsync(uuid.ToString(), cancellation);
        var ended = await database.InTransactionAsync(connection => EraseRowsAsync(connection, user, email, cancellation), cancellation);
        await gate.PublishAsync(ended);
    }

    /// <summary>Takes away what requests that were being answered have written of people who were erased meanwhile.</summary>
    public async Task SweepAsync(CancellationToken cancellation)
    {
        var recent = await database.WithAsync(
            connection => Statement.AllAsync(connection, $"SELECT id FROM identity.users WHERE deleted_at > now() - {Swept}", r => r.GetInt64(0), cancellation), cancellation);
        foreach (var user in recent) await database.InTransactionAsync(connection => EraseRowsAsync(connection, user, null, cancellation), cancellation);
    }

    private async Task<List<Guid>> EraseRowsAsync(NpgsqlConnection connection, long user, string? email, CancellationToken cancellation)
    {
        // Whoever signs in, consents or asks now waits for this row, and then finds nobody.
        var index = await Statement.FirstAsync(connection, "SELECT email_index FROM identity.users WHERE id = $1 FOR UPDATE", r => r.IsDBNull(0) ? null : r.GetFieldValue<byte[]>(0), cancellation, Statement.P(user));
        var address = email is null ? null : EmailAddress.Read(email).Address;
        byte[][] indexes = address is not null ? accounts.IndexesOf(address) : index is not null ? [index] : [];
        // Other requests have nobody to answer to any more.
        await Statement.RunAsync(
            connection,
            "UPDATE identity.data_subject_requests SET status = CASE request_type WHEN 'erasure' THEN 'completed' ELSE 'rejected' END, completed_at = now() WHERE user_id = $1 AND status IN ('pending', 'in_progress')", cancellation,
            Statement.P(user));
        var ended = await SessionStore.RevokeAsync(connection, user, null, null, "the account was erased", cancellation);
        if (address is not null)
        {
            await DeleteMailsAsync(connection, email!, cancellation);
            var devices = await Statement.AllAsync(connection, "SELECT device_id FROM identity.user_devices WHERE user_id = $1", r => r.GetGuid(0), cancellation, Statement.P(user));
            await buckets.ForgetAsync(connection, address, devices, cancellation);
        }
        foreach (var (table, column) in Inventory.Actors) await Statement.RunAsync(connection, $"UPDATE identity.{table} SET {column} = NULL WHERE {column} = $1", cancellation, Statement.P(user));
        var owner = () => PersonalDocuments.Owner(user, indexes);
        var told = await Statement.AllAsync(connection, ErasureStatement.FindEvents, r => (Id: r.GetInt64(0), At: r.GetDateTime(1)), cancellation, owner());
        // The account last: the others are found by it.
        foreach (var table in Inventory.Tables.Where(t => t.OnErasure != OnErasure.Nothing).Reverse()) await Statement.RunAsync(connection, ErasureStatement.Of(table), cancellation, owner());
        if (told.Count > 0) await ErasureNote.WriteAsync(connection, [.. told.Select(e => e.Id)], told.Min(e => e.At), told.Max(e => e.At), sealer.Key, cancellation);
        return ended;
    }

    private async Task<bool> IsToldAsync(NpgsqlConnection connection, string email, CancellationToken cancellation) =>
        (await WaitingAsync(connection, cancellation)).Exists(m => m.Kind == MailKind.Erased && Opened(m.Id, m.Payload) == email);

    /// <summary>Those that wait, but for the one that tells of the erasure: for whom a mail is stands in it, encrypted.</summary>
    private async Task DeleteMailsAsync(NpgsqlConnection connection, string email, CancellationToken cancellation)
    {
        var theirs = (await WaitingAsync(connection, cancellation)).Where(m => m.Kind != MailKind.Erased && string.Equals(Opened(m.Id, m.Payload), email, StringComparison.OrdinalIgnoreCase)).Select(m => m.Id).ToArray();
        if (theirs.Length > 0) await Statement.RunAsync(connection, "DELETE FROM identity.mail_outbox WHERE id = ANY($1)", cancellation, Statement.P(theirs));
    }

    private static Task<List<(Guid Id, string Kind, byte[] Payload)>> WaitingAsync(NpgsqlConnection connection, CancellationToken cancellation) => Statement.AllAsync(
        connection, "SELECT id, kind, payload FROM identity.mail_outbox WHERE state = 'waiting'", r => (r.GetGuid(0), r.GetString(1), r.GetFieldValue<byte[]>(2)), cancellation);

    private string? Opened(Guid id, byte[] payload)
    {
        try
        {
            return outbox.Open(id, payload).To;
        }
        catch (Security.Fields.FieldUnreadableException)
        {
            // It can never be sent, and goes with the clean-up.
            return null;
        }
    }
}
