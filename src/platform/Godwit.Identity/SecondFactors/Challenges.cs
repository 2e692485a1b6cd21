using System.Security.Cryptography;
using System.Text;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Keys;
using Godwit.Identity.Mail;
using Godwit.Identity.Passwords;
using Godwit.Identity.Requests;
using Godwit.Identity.Sms;
using Npgsql;
using NpgsqlTypes;

namespace Godwit.Identity.SecondFactors;

/// <summary>What a client is told when a second factor is asked for.</summary>
/// <param name="Status">Always <c>second_factor_required</c>.</param>
/// <param name="Challenge">Sent back with the code.</param>
/// <param name="Method">Where the code comes from: <c>email</c>, <c>sms</c> or <c>totp</c>. A backup code does, too.</param>
/// <param name="ExpiresIn">Seconds that there are for it.</param>
internal sealed record ChallengeDocument(string Status, string Challenge, string Method, int ExpiresIn);

/// <summary>Asks for a second factor: a row that is bound to one purpose and one request's client or session, and a code by mail or text message where that is the method.</summary>
internal sealed class Challenges(IdentityKeys keys, PasswordPolicy hashes, PersonalValues values, Outbox outbox, SmsOutbox texts, TimeProvider time)
{
    private const int Seconds = 600;

    /// <summary>A code and what the row keeps of it. It is computed before the transaction, which would hold a connection meanwhile.</summary>
    public sealed record Prepared(Guid Id, string? Code, string? Hash, FactorMethod Method);

    public async Task<Prepared> PrepareAsync(FactorMethod method, CancellationToken cancellation)
    {
        var id = Guid.CreateVersion7(time.GetUtcNow());
        if (method == FactorMethod.Totp) return new Prepared(id, null, null, method);
        var code = OneTimeCode.New();
        return new Prepared(id, code, await hashes.HashAsync(Bound(id, code), cancellation), method);
    }

    /// <summary>Adds the row, and the mail, in the connection's transaction.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="prepared">What was prepared.</param>
    /// <param name="account">Whose second factor.</param>
    /// <param name="purpose">One of the table's: login, enrol, disable.</param>
    /// <param name="binding">What else has to be the same when the code comes (<see cref="BindingOf(string, Client)"/>).</param>
    /// <param name="client">From where it was asked for.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public async Task<ChallengeDocument> AskAsync(NpgsqlConnection connection, Prepared prepared, Account account, string purpose, byte[] binding, Client client, CancellationToken cancellation)
    {
        await Statement.RunAsync(
            connection, "INSERT INTO identity.user_otp_codes (id, user_id, code_hash, purpose, bound_to, expires_at, ip_address) VALUES ($1, $2, $3, $4, $5, now() + $6, $7)", cancellation,
            Statement.P(prepared.Id), Statement.P(account.Id), Statement.P(prepared.Hash, NpgsqlDbType.Text), Statement.P(purpose), Statement.P(binding), Statement.P(TimeSpan.FromSeconds(Seconds)), Statement.P(client.Address));
        if (prepared is { Code: { } digits, Method: FactorMethod.Sms })
        {
            if (await values.FactorPhoneAsync(connection, account, cancellation) is { } number) await texts.AddAsync(connection, SmsOutbox.SecondFactor, account.Uuid, number, digits, client, cancellation);
        }
        else if (prepared.Code is { } code && await values.EmailAsync(connection, account.Uuid, cancellation) is { } email) await outbox.AddAsync(connection, MailKind.SecondFactorCode, new MailPayload(email, Detail: code), cancellation);
        return new ChallengeDocument("second_factor_required", new SignedId(keys.Challenges).Make(purpose, prepared.Id), prepared.Method.Word(), Seconds);
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
