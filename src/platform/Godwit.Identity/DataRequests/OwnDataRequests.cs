using System.Text;
using Godwit.Http.Problems;
using Godwit.Http.Settings;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Erasure;
using Godwit.Identity.Events;
using Godwit.Identity.Keys;
using Godwit.Identity.Mail;
using Godwit.Identity.Requests;
using Godwit.Identity.Roles;
using Godwit.Identity.Sessions;
using Godwit.Identity.Settings;
using Godwit.Security.Fields;
using Npgsql;
using NpgsqlTypes;

namespace Godwit.Identity.DataRequests;

/// <summary>What a person asks about their own data (Articles 15 to 17 and 20 of the GDPR), and what became of it.</summary>
internal sealed class OwnDataRequests(
    IdentityDatabase database, IdentityKeys keys, AccountFinder accounts, PersonalValues values, ErasureProof again, Outbox outbox, EventLog events, DataRequestWork work, SettingValues settings)
{
    private const int LongestDetails = 4000;

    private static readonly string[] s_types = ["access", "portability", "rectification", "erasure"];

    private static readonly Problem s_open = new(409, "request-open", "There is such a request already") { Detail = "It is not answered yet: of each kind there is one at a time." };

    private static readonly Problem s_noArchive = new(404, "no-archive", "There is no archive") { Detail = "The request is not answered yet, has none, or its archive has expired: ask again." };

    private static readonly Problem s_late = new(409, "request-answered", "The request cannot be called back any more");

    /// <exception cref="ProblemException">400: something of it cannot be taken; 401, 403: an erasure by who did not prove once more who they are; 409: there is one of its kind, or the account is the last administrator's.</exception>
    public async Task<DataRequestDocument> AskAsync(Caller caller, DataRequestForm form, Client client, CancellationToken cancellation)
    {
        var details = Judge(form);
        var proof = form.Type == "erasure" ? await again.RequireAsync(caller, form, client, cancellation) : null;
        var uuid = Guid.NewGuid();
        await using var person = await keys.Persons.OpenAsync(caller.User.ToString(), cancellation) ?? throw new ProblemException(Problem.Of(404));
        var row = await database.InTransactionAsync(
            async connection =>
            {
                // Before the account's row, as whoever locks accounts and gives roles does.
                if (form.Type == "erasure") await Administrators.HoldAsync(connection, cancellation);
                var user = await HoldAsync(connection, caller, cancellation);
                if (proof is not null) await proof(connection);
                if (form.Type == "erasure") await Administrators.RequireAnotherAsync(connection, user, cancellation);
                await InsertAsync(connection, uuid, user, form.Type!, details is null ? null : DataRequestRow.Seal(keys, person, "encrypted_details", uuid, details), cancellation);
                var made = (await DataRequestRow.FindAsync(connection, uuid, cancellation))!;
                await events.WriteAsync(connection, new SecurityEvent($"{form.Type}_requested", "account") { UserId = user, Client = client, Severity = form.Type == "erasure" ? EventSeverity.Warning : EventSeverity.Info }, cancellation);
                if (await values.EmailAsync(connection, caller.User, cancellation) is { } email) await outbox.AddAsync(connection, MailKind.DataRequest, new MailPayload(email, Detail: DataRequestWords.Received(made)), cancellation);
                return made;
            },
            cancellation);
        outbox.Wake();
        work.Wake();
        return row.ToDocument(keys, person);
    }

    public async Task<IReadOnlyList<DataRequestDocument>> ListAsync(Caller caller, CancellationToken cancellation)
    {
        var rows = await database.WithAsync(connection => DataRequestRow.AllAsync(connection, "WHERE u.uuid = $1 AND u.deleted_at IS NULL ORDER BY r.id DESC LIMIT 100", cancellation, Statement.P(caller.User)), cancellation);
        if (rows.Count == 0) return [];
        await using var person = await keys.Persons.OpenAsync(caller.User.ToString(), cancellation);
        return [.. rows.Select(r => r.ToDocument(keys, person))];
    }

    /// <exception cref="ProblemException">404: not one of the caller's.</exception>
    public async Task<DataRequestDocument> ReadAsync(Caller caller, Guid id, CancellationToken cancellation)
    {
        var row = await database.WithAsync(connection => OfAsync(connection, caller, id, held: false, cancellation), cancellation);
        await using var person = await keys.Persons.OpenAsync(caller.User.ToString(), cancellation);
        return row.ToDocument(keys, person);
    }

    /// <summary>The archive, for a session of this quarter of an hour: it holds all that there is about the person.</summary>
    /// <exception cref="ProblemException">403: signed in too long ago; 404: there is none, or it has expired.</exception>
    public async Task<byte[]> ArchiveAsync(Caller caller, Guid id, Client client, CancellationToken cancellation)
    {
        var blob = await database.InTransactionAsync(
            async connection =>
            {
                var row = await OfAsync(connection, caller, id, held: false, cancellation);
                await RecentSignIn.RequireAsync(connection, caller, cancellation);
                var found = await Statement.FirstAsync(
                    connection, "SELECT encrypted_response FROM identity.data_subject_requests WHERE id = $1 AND encrypted_response IS NOT NULL AND response_expires_at > now()", r => r.GetFieldValue<byte[]>(0), cancellation, Statement.P(row.Id))
                    ?? throw new ProblemException(s_noArchive);
                await events.WriteAsync(connection, new SecurityEvent("archive_fetched", "data_access") { UserId = row.User, Client = client }, cancellation);
                return found;
            },
            cancellation);
        await using var person = await keys.Persons.OpenAsync(caller.User.ToString(), cancellation) ?? throw new ProblemException(s_noArchive);
        return keys.OfPerson(person, "encrypted_response", DataRequestRow.Table).Decrypt(blob, RowKey.Of(id.ToString()));
    }

    /// <summary>Calls a request back that is not carried out yet: of an erasure, while its time to think it over lasts.</summary>
    /// <exception cref="ProblemException">404: not one of the caller's; 409: too late.</exception>
    public async Task WithdrawAsync(Caller caller, Guid id, Client client, CancellationToken cancellation)
    {
        await database.InTransactionAsync(
            async connection =>
            {
                var row = await OfAsync(connection, caller, id, held: true, cancellation);
                if (row.Status != "pending") throw new ProblemException(s_late);
                await Statement.RunAsync(connection, "UPDATE identity.data_subject_requests SET status = 'rejected', withdrawn = true, completed_at = now() WHERE id = $1", cancellation, Statement.P(row.Id));
                await events.WriteAsync(connection, new SecurityEvent($"{row.Type}_withdrawn", "account") { UserId = row.User, Client = client }, cancellation);
                if (await values.EmailAsync(connection, caller.User, cancellation) is { } email) await outbox.AddAsync(connection, MailKind.DataRequest, new MailPayload(email, Detail: DataRequestWords.Withdrawn(row)), cancellation);
            },
            cancellation);
        outbox.Wake();
    }

    private static string? Judge(DataRequestForm form)
    {
        List<FieldFault> faults = [];
        if (!s_types.Contains(form.Type, StringComparer.Ordinal)) faults.Add(new FieldFault("type", $"is one of {string.Join(", ", s_types)}"));
        var details = form.Details?.Trim();
        if (details is { Length: 0 }) details = null;
        if (details is not null && (details.Length > LongestDetails || details.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')))) faults.Add(new FieldFault("details", $"has at most {LongestDetails} characters, and no control characters"));
        if (form.Type == "rectification" && details is null) faults.Add(new FieldFault("details", "is required: what is wrong, and what is right"));
        return faults.Count == 0 ? details : throw new ProblemException(Problem.ValidationFailed(faults));
    }

    private async Task<long> HoldAsync(NpgsqlConnection connection, Caller caller, CancellationToken cancellation)
    {
        var account = await accounts.FindAsync(connection, caller.User, cancellation) ?? throw new ProblemException(Problem.Of(404));
        // Two of a kind at once: the second finds the first.
        await Statement.RunAsync(connection, "SELECT FROM identity.users WHERE id = $1 FOR NO KEY UPDATE", cancellation, Statement.P(account.Id));
        return account.Id;
    }

    private async Task InsertAsync(NpgsqlConnection connection, Guid uuid, long user, string type, byte[]? details, CancellationToken cancellation)
    {
        var grace = type == "erasure" ? TimeSpan.FromHours(settings.Whole(IdentitySettings.ErasureHours.Name)) : (TimeSpan?)null;
        var made = await Statement.RunAsync(
            connection,
            """
            INSERT INTO identity.data_subject_requests (uuid, user_id, request_type, encrypted_details, execute_after) VALUES ($1, $2, $3, $4, greatest(now() + $5, (SELECT max(c.undo_until) FROM identity.email_changes c WHERE c.user_id = $2 AND NOT c.closed AND $3 = 'erasure')))
            ON CONFLICT (user_id, request_type) WHERE status IN ('pending', 'in_progress') DO NOTHING
            """,
            cancellation, Statement.P(uuid), Statement.P(user), Statement.P(type), Statement.P(details, NpgsqlDbType.Bytea), Statement.P(grace, NpgsqlDbType.Interval));
        if (made == 0) throw new ProblemException(s_open);
    }

    private static async Task<DataRequestRow> OfAsync(NpgsqlConnection connection, Caller caller, Guid id, bool held, CancellationToken cancellation) =>
        await DataRequestRow.FindAsync(connection, id, cancellation, held) is { } row && row.UserUuid == caller.User ? row : throw new ProblemException(Problem.Of(404));
}
