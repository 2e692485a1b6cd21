using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Godwit.Http.Problems;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Events;
using Godwit.Identity.Keys;
using Godwit.Identity.Limits;
using Godwit.Identity.Passwords;
using Godwit.Identity.Requests;
using Godwit.Security.Emails;
using Godwit.Security.Fields;
using Godwit.Security.Keyring.Persons;
using Godwit.Security.Passwords;
using Npgsql;
using NpgsqlTypes;

namespace Godwit.Identity.Registration;

/// <summary>Makes the account that a verified registration asked for.</summary>
internal sealed class AddressVerifier(IdentityDatabase database, IdentityKeys keys, AccountFinder accounts, PasswordPolicy policy, RequestLimits limits, EventLog events)
{
    private static readonly Problem s_invalid = new(400, "link-invalid", "The link is not valid") { Detail = "It was used, is too old, or was not copied whole. Register again for another." };

    private static readonly Problem s_other = new(401, "invalid-credentials", "Wrong password") { Detail = "The link belongs to a registration with another password. If you registered more than once, use the newest mail; if it was not you, do nothing." };

    private static readonly Problem s_taken = new(409, "already-registered", "There is an account already") { Detail = "This address has an account: sign in, or ask for a new password." };

    /// <summary>Asks for the password of that very registration: who clicks the link of a form that somebody else has sent makes no account with somebody else's password.</summary>
    /// <returns>The account.</returns>
    /// <exception cref="ProblemException">400: the link is of no use; 401: it is another form's; 409: the address came to have an account meanwhile, which only its owner learns.</exception>
    public async Task<Guid> VerifyAsync(VerificationRequest request, Client client, CancellationToken cancellation)
    {
        if (request.Token is not { } token || new SignedId(keys.Links).Read(Registrar.LinkPurpose, token) is not { } id) throw new ProblemException(s_invalid);
        if (string.IsNullOrEmpty(request.Password)) throw new ProblemException(Problem.ValidationFailed(new FieldFault("password", "is required: the one that you registered with")));
        await limits.RequireAsync(RequestKind.VerifyEmail, client, cancellation);
        var found = await database.WithAsync(
            connection => Statement.FirstAsync(
                connection, "SELECT registration FROM identity.email_verification_tokens WHERE id = $1 AND NOT used AND expires_at > now() AND user_id IS NULL", r => r.GetFieldValue<byte[]>(0), cancellation, Statement.P(id)),
            cancellation) ?? throw new ProblemException(s_invalid);
        var pending = JsonSerializer.Deserialize(keys.Registrations.Decrypt(found, RowKey.Of(id.ToString())), IdentityJson.Default.PendingRegistration)!;
        if (await policy.VerifyAsync(request.Password, pending.PasswordHash, cancellation) == PasswordVerdict.Wrong) throw new ProblemException(s_other);
        // The row's id is the account's: whoever comes again makes no second key.
        await using var person = await keys.Persons.OpenOrCreateAsync(id.ToString(), cancellation);
        return await database.InTransactionAsync(
            async connection =>
            {
                // Of two clicks at once one makes the account.
                if (await Statement.RunAsync(connection, "UPDATE identity.email_verification_tokens SET used = true, used_at = now() WHERE id = $1 AND NOT used AND expires_at > now()", cancellation, Statement.P(id)) != 1)
                    throw new ProblemException(s_invalid);
                await MakeAsync(connection, id, person, pending, client, cancellation);
                return id;
            },
            cancellation);
    }

    /// <summary>Makes the account in the connection's transaction: its address is verified, by whichever way.</summary>
    /// <returns>The row.</returns>
    /// <exception cref="ProblemException">409: the address has an account.</exception>
    public async Task<long> MakeAsync(NpgsqlConnection connection, Guid uuid, PersonKey person, PendingRegistration pending, Client client, CancellationToken cancellation)
    {
        var email = EmailAddress.Read(pending.Email).Address!;
        await accounts.HoldAddressAsync(connection, email, cancellation);
        if (await accounts.IsTakenAsync(connection, email, cancellation)) throw new ProblemException(s_taken);
        var user = await InsertAsync(connection, uuid, person, email, pending, cancellation);
        await GrantAsync(connection, user, pending, cancellation);
        await events.WriteAsync(connection, new SecurityEvent("account_created", "account") { UserId = user, Client = client }, cancellation);
        return user;
    }

    private async Task<long> InsertAsync(NpgsqlConnection connection, Guid uuid, PersonKey person, EmailAddress email, PendingRegistration pending, CancellationToken cancellation) => await Statement.FirstAsync(
        connection,
        "INSERT INTO identity.users (uuid, email_index, encrypted_email, email_verified, password_hash, encrypted_first_name, encrypted_last_name) VALUES ($1, $2, $3, true, $4, $5, $6) RETURNING id",
        r => r.GetInt64(0), cancellation,
        Statement.P(uuid), Statement.P(accounts.IndexOf(email)), Statement.P(Sealed(person, uuid, "encrypted_email", email.Mailbox), NpgsqlDbType.Bytea), Statement.P(pending.PasswordHash, NpgsqlDbType.Text),
        Statement.P(Sealed(person, uuid, "encrypted_first_name", pending.FirstName), NpgsqlDbType.Bytea), Statement.P(Sealed(person, uuid, "encrypted_last_name", pending.LastName), NpgsqlDbType.Bytea));

    private byte[]? Sealed(PersonKey person, Guid uuid, string column, string? text)
    {
        if (text is null) return null;
        var plain = Encoding.UTF8.GetBytes(text);
        var blob = new byte[FieldCipher.BlobLength(plain.Length)];
        keys.OfPerson(person, column).Encrypt(plain, RowKey.Of(uuid.ToString()), blob);
        return blob;
    }

    /// <summary>What was agreed to when the form was sent: with the words of then, by their newest version before it.</summary>
    private static async Task GrantAsync(NpgsqlConnection connection, long user, PendingRegistration pending, CancellationToken cancellation)
    {
        List<string> granted = ["terms", "privacy"];
        if (pending.Marketing) granted.Add("marketing");
        if (pending.Analytics) granted.Add("analytics");
        var kept = await Statement.RunAsync(
            connection,
            """
            INSERT INTO identity.user_consents (user_id, consent_type, version, granted, text_hash, consent_method, ip_address, user_agent, granted_at)
            SELECT $1, t.consent_type, t.version, true, t.text_hash, 'checkbox', $3, $4, $5
            FROM unnest($2) AS wanted (consent_type)
            CROSS JOIN LATERAL (SELECT * FROM identity.consent_texts c WHERE c.consent_type = wanted.consent_type AND c.created_at <= $5 ORDER BY c.created_at DESC LIMIT 1) t
            """,
            cancellation,
            Statement.P(user), Statement.P(granted.ToArray()), Statement.P(IPAddress.Parse(pending.Address)), Statement.P(pending.Agent, NpgsqlDbType.Text), Statement.P(pending.At.UtcDateTime));
        if (kept < granted.Count(g => g is "terms" or "privacy")) throw new InvalidOperationException("there were no words of the terms or the privacy notice when the form was sent");
    }
}
