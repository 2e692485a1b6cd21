using System.Text.Json.Nodes;
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
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Godwit.Identity.Erasure;

/// <summary>
/// Erases people. First the register outside of the database knows it, on the disk, and the person's data key is shredded; then every table loses what it has, in one transaction, and only that one says that the request was
/// carried out. Killed anywhere, the next try goes on. What stays is a tombstone: a number, an id that leads to nobody, when; sessions without where they were; events without of whom, with the leaves that sealed blocks hold.
/// </summary>
internal sealed partial class PersonEraser(
    IdentityDatabase database, IdentityKeys keys, AccountFinder accounts, BucketStore buckets, ErasureRegister register, SessionGate gate, Outbox outbox, EventLog events, EventSealer sealer, ILogger<PersonEraser> logger)
{
    /// <summary>What a request says that was carried out while an address of its person could not be read.</summary>
    private const string Unreadable = "address_unreadable";

    /// <summary>A request that was being answered may have written something after its person was erased: so long it is taken away again.</summary>
    private const string Swept = "interval '15 minutes'";

    /// <summary>Carries out a request whose time has come, and which this host has claimed.</summary>
    public async Task EraseAsync(DataRequestRow request, CancellationToken cancellation)
    {
        var (user, uuid) = (request.User!.Value, request.UserUuid!.Value);
        // While they can still be read. On a second try they cannot: then this was done by the first.
        var addresses = await database.InTransactionAsync(
            async connection =>
            {
                var found = await PersonAddresses.FindAsync(connection, keys, accounts, user, uuid, cancellation);
                if (found.Unreadable) await Statement.RunAsync(connection, "UPDATE identity.data_subject_requests SET outcome = $2 WHERE id = $1", cancellation, Statement.P(request.Id), Statement.P(Unreadable));
                if (found.Current is { } to && !await IsToldAsync(connection, to, cancellation)) await outbox.AddAsync(connection, MailKind.Erased, new MailPayload(to), cancellation);
                await ForgetAsync(connection, user, found, cancellation);
                return found;
            },
            cancellation);
        if (addresses.Unreadable) Damaged(logger, request.Uuid);
        await keys.Persons.ShredAsync(uuid.ToString(), register, cancellation);
        var ended = await database.InTransactionAsync(
            async connection =>
            {
                var families = await EraseRowsAsync(connection, user, addresses, cancellation);
                var told = new JsonObject { ["request"] = request.Uuid.ToString() };
                if (addresses.Unreadable) told["outcome"] = Unreadable;
                await events.WriteAsync(connection, new SecurityEvent("person_erased", "account") { Severity = EventSeverity.Warning, Data = told }, cancellation);
                return families;
            },
            cancellation);
        await gate.PublishAsync(ended);
        outbox.Wake();
    }

    /// <summary>Erases somebody again whom a restored backup brought back: the register knows them already.</summary>
    public async Task EraseAgainAsync(long user, Guid uuid, CancellationToken cancellation)
    {
        var addresses = await database.WithAsync(connection => PersonAddresses.FindAsync(connection, keys, accounts, user, uuid, cancellation), cancellation);
        if (addresses.Unreadable) Damaged(logger, uuid);
        await keys.Persons.ShredAsync(uuid.ToString(), cancellation);
        var ended = await database.InTransactionAsync(connection => EraseRowsAsync(connection, user, addresses, cancellation), cancellation);
        await gate.PublishAsync(ended);
    }

    /// <summary>Takes away what requests that were being answered have written of people who were erased meanwhile.</summary>
    public async Task SweepAsync(CancellationToken cancellation)
    {
        var recent = await database.WithAsync(
            connection => Statement.AllAsync(connection, $"SELECT id FROM identity.users WHERE deleted_at > now() - {Swept}", r => r.GetInt64(0), cancellation), cancellation);
        foreach (var user in recent) await database.InTransactionAsync(connection => EraseRowsAsync(connection, user, new PersonAddresses(null, [], [], false), cancellation), cancellation);
    }

    private async Task<List<Guid>> EraseRowsAsync(NpgsqlConnection connection, long user, PersonAddresses found, CancellationToken cancellation)
    {
        // Whoever signs in, consents or asks now waits for this row, and then finds nobody.
        await Statement.RunAsync(connection, "SELECT FROM identity.users WHERE id = $1 FOR UPDATE", cancellation, Statement.P(user));
        var addresses = await found.WithStoredAsync(connection, user, cancellation);
        // Other requests have nobody to answer to any more.
        await Statement.RunAsync(
            connection,
            "UPDATE identity.data_subject_requests SET status = CASE request_type WHEN 'erasure' THEN 'completed' ELSE 'rejected' END, completed_at = now() WHERE user_id = $1 AND status IN ('pending', 'in_progress')", cancellation,
            Statement.P(user));
        var ended = await SessionStore.RevokeAsync(connection, user, null, null, "the account was erased", cancellation);
        await ForgetAsync(connection, user, addresses, cancellation);
        foreach (var (table, column) in Inventory.Actors) await Statement.RunAsync(connection, $"UPDATE identity.{table} SET {column} = NULL WHERE {column} = $1", cancellation, Statement.P(user));
        var told = await Statement.AllAsync(
            connection, ErasureStatement.EraseEvents, r => (Id: r.GetInt64(0), At: r.GetDateTime(1)), cancellation, Statement.P(user), Statement.P(addresses.Indexes.Select(Convert.ToHexStringLower).ToArray()));
        // The account last: the others are found by it.
        foreach (var table in Inventory.Tables.Where(t => t.OnErasure != OnErasure.Nothing && t.Name != ErasureStatement.EventTable).Reverse()) await Statement.RunAsync(connection, ErasureStatement.Of(table), cancellation, PersonalDocuments.Owner(user, addresses.Indexes));
        if (told.Count > 0) await ErasureNote.WriteAsync(connection, [.. told.Select(e => e.Id)], told.Min(e => e.At), told.Max(e => e.At), sealer.Key, cancellation);
        return ended;
    }

    /// <summary>What is found by the addresses alone: mails that wait, but for the one that tells of the erasure, and what was counted for them. For whom a mail is stands in it, encrypted.</summary>
    private async Task ForgetAsync(NpgsqlConnection connection, long user, PersonAddresses addresses, CancellationToken cancellation)
    {
        if (addresses.Known.Count == 0) return;
        var normalized = addresses.Known.Select(a => a.Normalized).ToHashSet(StringComparer.Ordinal);
        var theirs = (await WaitingAsync(connection, cancellation))
            .Where(m => m.Kind != MailKind.Erased && Opened(m.Id, m.Payload) is { } to && EmailAddress.Read(to).Address is { } address && normalized.Contains(address.Normalized)).Select(m => m.Id).ToArray();
        if (theirs.Length > 0) await Statement.RunAsync(connection, "DELETE FROM identity.mail_outbox WHERE id = ANY($1)", cancellation, Statement.P(theirs));
        var devices = await Statement.AllAsync(connection, "SELECT device_id FROM identity.user_devices WHERE user_id = $1", r => r.GetGuid(0), cancellation, Statement.P(user));
        foreach (var address in addresses.Known) await buckets.ForgetAsync(connection, address, devices, cancellation);
    }

    private async Task<bool> IsToldAsync(NpgsqlConnection connection, string email, CancellationToken cancellation) =>
        (await WaitingAsync(connection, cancellation)).Exists(m => m.Kind == MailKind.Erased && Opened(m.Id, m.Payload) == email);

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

    [LoggerMessage(2330, LogLevel.Warning, "an address of {of} cannot be decrypted: the person is erased all the same, is told nothing, and mails that wait for it and counts of failed logins are found by nobody until they go by themselves", EventName = "ErasedUnread")]
    private static partial void Damaged(ILogger logger, Guid of);
}
