using System.Text;
using Godwit.Http.Problems;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Events;
using Godwit.Identity.Keys;
using Godwit.Identity.Mail;
using Godwit.Identity.Passwords;
using Godwit.Identity.Reauthentication;
using Godwit.Identity.Requests;
using Godwit.Identity.SecondFactors;
using Godwit.Identity.Sms;
using Godwit.Security.Fields;

namespace Godwit.Identity.Phones;

/// <summary>
/// Gives an account a telephone number, when a code that was sent there came back from the same session. Any number of accounts may have one number, so that nobody learns whose it is. It opens nothing by itself: a second factor by
/// text message is set up besides.
/// </summary>
internal sealed class PhoneChanger(
    IdentityDatabase database, IdentityKeys keys, PersonalValues values, Reauthenticator again, PasswordPolicy hashes, Challenges challenges, FactorVerifier verifier, SmsOutbox texts, SmsLimits limits, ISmsTransport transport, Outbox outbox,
    EventLog events, TimeProvider time)
{
    private const string Purpose = "phone_change", CodePurpose = "phone_verify";

    private const int Seconds = 600;

    private static readonly Problem s_none = new(409, "sms-unavailable", "No text messages are sent here");

    /// <returns>The challenge that the code is sent back with; or the one that the second factor is asked with first.</returns>
    /// <exception cref="ProblemException">400: no number, one of a country that is not sent to, or a wrong password; 401: a wrong code; 409: no text messages are sent; 429: too many.</exception>
    public async Task<(PhoneChallenge? Sent, ChallengeDocument? Asked)> RequestAsync(Caller caller, PhoneChangeRequest request, Client client, CancellationToken cancellation)
    {
        if (!transport.Sends) throw new ProblemException(s_none);
        var (number, refused) = PhoneNumber.Read(request.Phone ?? "");
        if (number is null) throw new ProblemException(Problem.ValidationFailed(new FieldFault("phone", refused!)));
        limits.RequireCountry(number);
        var proof = await again.RequireAsync(caller, Purpose, number.Digits, request.Password, new CodeRequest(request.Challenge, request.Code, request.Credential), client, cancellation);
        if (proof.Asked is not null) return (null, proof.Asked);
        var (id, code) = (Guid.CreateVersion7(time.GetUtcNow()), OneTimeCode.New());
        var hash = await hashes.HashAsync(Challenges.Bound(id, code), cancellation);
        await using var person = await keys.Persons.OpenOrCreateAsync(caller.User.ToString(), cancellation);
        await database.InTransactionAsync(
            async connection =>
            {
                if (proof.Code is { } factor) await FactorVerifier.UseAsync(connection, factor, cancellation);
                // The number that was asked for before is not wanted any more.
                await Statement.RunAsync(
                    connection, "UPDATE identity.user_otp_codes SET used = true, used_at = now(), encrypted_phone = NULL WHERE user_id = $1 AND purpose = $2 AND NOT used", cancellation, Statement.P(proof.Account.Id), Statement.P(CodePurpose));
                await Statement.RunAsync(
                    connection, "INSERT INTO identity.user_otp_codes (id, user_id, code_hash, method, purpose, bound_to, encrypted_phone, expires_at, ip_address) VALUES ($1, $2, $3, 'sms', $4, $5, $6, now() + $7, $8)", cancellation,
                    Statement.P(id), Statement.P(proof.Account.Id), Statement.P(hash), Statement.P(CodePurpose), Statement.P(Challenges.BindingOf(CodePurpose, caller.Family)),
                    Statement.P(keys.Seal(person, "user_otp_codes", "encrypted_phone", id, number.Digits)), Statement.P(TimeSpan.FromSeconds(Seconds)), Statement.P(client.Address));
                await texts.AddAsync(connection, SmsOutbox.NumberCode, caller.User, number, code, client, cancellation);
                await events.WriteAsync(connection, new SecurityEvent("phone_change_requested", "account") { UserId = proof.Account.Id, Client = client }, cancellation);
            },
            cancellation);
        outbox.Wake();
        return (new PhoneChallenge("code_sent", new SignedId(keys.Challenges).Make(CodePurpose, id), Seconds), null);
    }

    /// <exception cref="ProblemException">401: the code is wrong, or another session's; 429: too many were.</exception>
    public async Task ConfirmAsync(Caller caller, CodeRequest request, Client client, CancellationToken cancellation)
    {
        var right = await verifier.VerifyAsync(challenges.Read(CodePurpose, request.Challenge), CodePurpose, Challenges.BindingOf(CodePurpose, caller.Family), request, client, cancellation);
        await using var person = await keys.Persons.OpenOrCreateAsync(caller.User.ToString(), cancellation);
        await database.InTransactionAsync(
            async connection =>
            {
                await FactorVerifier.UseAsync(connection, right, cancellation);
                var blob = await Statement.FirstAsync(connection, "SELECT encrypted_phone FROM identity.user_otp_codes WHERE id = $1", r => r.GetFieldValue<byte[]>(0), cancellation, Statement.P(right.Challenge));
                var digits = Encoding.UTF8.GetString(keys.OfPerson(person, "encrypted_phone", "user_otp_codes").Decrypt(blob!, RowKey.Of(right.Challenge.ToString())));
                await Statement.RunAsync(connection, "UPDATE identity.user_otp_codes SET encrypted_phone = NULL WHERE id = $1", cancellation, Statement.P(right.Challenge));
                var index = new byte[BlindIndex.Length];
                keys.Phones.Compute("", digits, index);
                await Statement.RunAsync(
                    connection, "UPDATE identity.users SET phone_index = $2, encrypted_phone = $3, phone_verified = true WHERE id = $1 AND deleted_at IS NULL", cancellation, Statement.P(right.Account.Id), Statement.P(index),
                    Statement.P(keys.Seal(person, "users", "encrypted_phone", caller.User, digits)));
                await events.WriteAsync(connection, new SecurityEvent("phone_changed", "account") { UserId = right.Account.Id, Client = client, Severity = EventSeverity.Warning }, cancellation);
                if (await values.EmailAsync(connection, caller.User, cancellation) is { } email) await outbox.AddAsync(connection, MailKind.PhoneChanged, new MailPayload(email), cancellation);
            },
            cancellation);
        outbox.Wake();
    }
}
