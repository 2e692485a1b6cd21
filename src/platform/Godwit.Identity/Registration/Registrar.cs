using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Godwit.Http.Problems;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Emails;
using Godwit.Identity.Events;
using Godwit.Identity.Keys;
using Godwit.Identity.Mail;
using Godwit.Identity.Passwords;
using Godwit.Identity.Requests;
using Godwit.Security.Fields;

namespace Godwit.Identity.Registration;

/// <summary>
/// Takes registrations. What a request does - compute a hash, write three rows, answer - is the same whether the address has an account or not: that is looked up when the mail is sent, and only the owner of the mailbox learns it.
/// An account comes to be when its address is verified, so that nobody can register an address beforehand for its owner.
/// </summary>
internal sealed class Registrar(IdentityDatabase database, IdentityKeys keys, AccountFinder accounts, PasswordPolicy policy, Outbox outbox, EventLog events, TimeProvider time)
{
    public const string LinkPurpose = "verify-email";

    private const int LongestName = 100;

    /// <exception cref="ProblemException">400: something of it cannot be taken; every field's fault is named.</exception>
    public async Task RegisterAsync(RegisterRequest request, Client client, CancellationToken cancellation)
    {
        var email = Judge(request);
        var hash = await policy.HashAsync(request.Password!, cancellation);
        var at = time.GetUtcNow();
        var id = Guid.CreateVersion7(at);
        var pending = new PendingRegistration(
            email.Mailbox, hash, request.FirstName?.Trim(), request.LastName?.Trim(), request.Consents?.Marketing ?? false, request.Consents?.Analytics ?? false, client.Address.ToString(), client.Agent, at);
        var plain = JsonSerializer.SerializeToUtf8Bytes(pending, IdentityJson.Default.PendingRegistration);
        var blob = await keys.Registrations.EncryptAsync(plain, RowKey.Of(id.ToString()), cancellation);
        CryptographicOperations.ZeroMemory(plain);
        var link = new SignedId(keys.Links).Make(LinkPurpose, id);
        await database.InTransactionAsync(
            async connection =>
            {
                await Statement.RunAsync(
                    connection, "INSERT INTO identity.email_verification_tokens (id, email_index, registration, expires_at, ip_address) VALUES ($1, $2, $3, now() + interval '24 hours', $4)", cancellation,
                    Statement.P(id), Statement.P(accounts.IndexOf(email)), Statement.P(blob), Statement.P(client.Address));
                await outbox.AddAsync(connection, MailKind.Registration, new MailPayload(email.Mailbox, link), cancellation, accounts.IndexOf(email));
                await events.WriteAsync(connection, new SecurityEvent("registration_requested", "account") { Client = client, Data = EventAbout.Of(accounts.IndexOf(email)) }, cancellation);
            },
            cancellation);
        outbox.Wake();
    }

    private EmailAddress Judge(RegisterRequest request)
    {
        List<FieldFault> faults = [];
        var (email, refused) = EmailAddress.Read(request.Email ?? "");
        if (email is null) faults.Add(new FieldFault("email", refused!));
        Name(faults, "firstName", request.FirstName);
        Name(faults, "lastName", request.LastName);
        // Names that are none are not looked for in the password.
        faults.AddRange(faults.Exists(f => f.Field is "firstName" or "lastName") ? policy.Judge("password", request.Password, email) : policy.Judge("password", request.Password, email, request.FirstName, request.LastName));
        if (request.Consents?.Terms is not true) faults.Add(new FieldFault("consents.terms", "has to be true: without the terms there is no account"));
        if (request.Consents?.Privacy is not true) faults.Add(new FieldFault("consents.privacy", "has to be true: without the privacy notice there is no account"));
        return faults.Count == 0 ? email! : throw new ProblemException(Problem.ValidationFailed(faults));
    }

    public static void Name(List<FieldFault> faults, string field, string? name)
    {
        if (name is null) return;
        if (name.Length > 4 * LongestName || name.Trim().EnumerateRunes().Count() is 0 or > LongestName) faults.Add(new FieldFault(field, $"has 1 to {LongestName} characters, or is left out"));
        else if (name.EnumerateRunes().Any(r => Rune.GetUnicodeCategory(r) is System.Globalization.UnicodeCategory.Control or System.Globalization.UnicodeCategory.Format or System.Globalization.UnicodeCategory.Surrogate))
            faults.Add(new FieldFault(field, "has characters that are no part of a name"));
    }
}
