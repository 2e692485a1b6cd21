using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Godwit.Http.Problems;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Keys;
using Godwit.Identity.Limits;
using Godwit.Identity.Mail;
using Godwit.Identity.Passkeys;
using Godwit.Identity.Passwords;
using Godwit.Identity.Requests;
using Godwit.Identity.Sms;
using Npgsql;
using NpgsqlTypes;

namespace Godwit.Identity.SecondFactors;

/// <summary>What a client is told when a second factor is asked for.</summary>
/// <param name="Status">Always <c>second_factor_required</c>.</param>
/// <param name="Challenge">Sent back with the code.</param>
/// <param name="Method">Where the answer comes from: <c>email</c>, <c>sms</c>, <c>totp</c>, <c>webauthn</c>, <c>password</c> or <c>backup_code</c>. A backup code does in any case.</param>
/// <param name="ExpiresIn">Seconds that there are for it.</param>
/// <param name="Passkey">What the browser is given where one of the account's passkeys does, too.</param>
internal sealed record ChallengeDocument(string Status, string Challenge, string Method, int ExpiresIn, JsonElement? Passkey = null);

/// <summary>Asks for a second factor: a row that is bound to one purpose and one request's client or session, and a code by mail or text message where that is the method.</summary>
internal sealed class Challenges(IdentityKeys keys, PasswordPolicy hashes, PersonalValues values, PasskeyCeremonies ceremonies, RequestLimits limits, Outbox outbox, SmsOutbox texts, TimeProvider time)
{
    private const int Seconds = 600;

    /// <summary>Of an account, by whatever sessions: each costs a hash, and its owner a mail.</summary>
    private static readonly RequestRate s_session = new(10, TimeSpan.FromMinutes(5));

    /// <summary>A code and what the row keeps of it. It is computed before the transaction, which would hold a connection meanwhile.</summary>
    /// <param name="Passkey">What the browser is given, where a passkey may answer.</param>
    /// <param name="State">What the row keeps of that.</param>
    public sealed record Prepared(Guid Id, string? Code, string? Hash, FactorMethod Method, JsonElement? Passkey = null, string? State = null)
    {
        /// <summary>What a login has shown before.</summary>
        public IReadOnlyList<string> Proved { get; init; } = [];
    }

    /// <summary>The same for who has a session, and is kept from asking for any number of them.</summary>
    /// <exception cref="ProblemException">429: too many were asked for.</exception>
    public async Task<Prepared> PrepareAsync(Caller caller, FactorMethod method, CancellationToken cancellation, PasskeyHolder? passkeys = null)
    {
        await limits.RequireAsync(RequestKind.Challenge, caller.User.ToString(), s_session, cancellation);
        return await PrepareAsync(method, cancellation, passkeys);
    }

    /// <param name="method">Where the answer comes from.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <param name="passkeys">Those that may answer instead; null for none.</param>
    public async Task<Prepared> PrepareAsync(FactorMethod method, CancellationToken cancellation, PasskeyHolder? passkeys = null)
    {
        var id = Guid.CreateVersion7(time.GetUtcNow());
        (JsonElement? options, string? state) = (null, null);
        if (passkeys is { Passkeys.Count: > 0 }) (options, state) = await ceremonies.BeginAssertionAsync(passkeys);
        if (method is not (FactorMethod.Email or FactorMethod.Sms)) return new Prepared(id, null, null, method, options, state);
        var code = OneTimeCode.New();
        return new Prepared(id, code, await hashes.HashAsync(Bound(id, code), cancellation), method, options, state);
    }

    /// <summary>Adds the row, and the mail, in the connection's transaction.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="prepared">What was prepared.</param>
    /// <param name="account">Whose second factor.</param>
    /// <param name="purpose">One of the table's: login, enrol, email_change, and those of <see cref="FactorPurpose"/>.</param>
    /// <param name="binding">What else has to be the same when the code comes (<see cref="BindingOf(string, Client)"/>).</param>
    /// <param name="client">From where it was asked for.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public async Task<ChallengeDocument> AskAsync(NpgsqlConnection connection, Prepared prepared, Account account, string purpose, byte[] binding, Client client, CancellationToken cancellation)
    {
        await Statement.RunAsync(
            connection, "INSERT INTO identity.user_otp_codes (id, user_id, code_hash, purpose, bound_to, expires_at, ip_address, method, proved, passkey_state) VALUES ($1, $2, $3, $4, $5, now() + $6, $7, $8, $9, $10)", cancellation,
            Statement.P(prepared.Id), Statement.P(account.Id), Statement.P(prepared.Hash, NpgsqlDbType.Text), Statement.P(purpose), Statement.P(binding), Statement.P(TimeSpan.FromSeconds(Seconds)), Statement.P(client.Address),
            Statement.P(prepared.Method.Word()), Statement.P(prepared.Proved.ToArray()), Statement.P(prepared.State, NpgsqlDbType.Text));
        if (prepared is { Code: { } digits, Method: FactorMethod.Sms })
        {
            try
            {
                if (await values.FactorPhoneAsync(connection, account, cancellation) is { } number) await texts.AddAsync(connection, SmsOutbox.SecondFactor, account.Uuid, number, digits, client, cancellation);
            }
            catch (ProblemException e) when (e.Problem.Status is 400 or 429)
            {
                // Too many messages, or a country that none go to any more: whoever used them up keeps nobody from a code on paper, or a passkey.
            }
        }
        else if (prepared.Code is { } code && await values.EmailAsync(connection, account.Uuid, cancellation) is { } email) await outbox.AddAsync(connection, MailKind.SecondFactorCode, new MailPayload(email, Detail: code), cancellation);
        return new ChallengeDocument("second_factor_required", new SignedId(keys.Challenges).Make(purpose, prepared.Id), prepared.Method.Word(), Seconds, prepared.Passkey);
    }

    /// <returns>The row; null for a challenge that was not made here, or for something else.</returns>
    public Guid? Read(string purpose, string? challenge) => challenge is null ? null : new SignedId(keys.Challenges).Read(purpose, challenge);

    /// <summary>The code with the row's id: a hash is of one row's code.</summary>
    public static string Bound(Guid id, string code) => $"{id}:{code}";

    /// <summary>Of a login: the same client has to come with the code.</summary>
    public static byte[] BindingOf(string purpose, Client client) => SHA256.HashData([.. Encoding.ASCII.GetBytes(purpose), 0, .. client.Fingerprint]);

    /// <summary>Of a session: the same one has to come with the code.</summary>
    public static byte[] BindingOf(string purpose, Guid family) => SHA256.HashData([.. Encoding.ASCII.GetBytes(purpose), 0, .. family.ToByteArray(bigEndian: true)]);
}
