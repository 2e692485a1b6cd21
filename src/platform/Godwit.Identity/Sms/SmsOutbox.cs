using System.Security.Cryptography;
using System.Text.Json;
using Godwit.Identity.Database;
using Godwit.Identity.Keys;
using Godwit.Identity.Phones;
using Godwit.Identity.Requests;
using Godwit.Security.Fields;
using Npgsql;

namespace Godwit.Identity.Sms;

/// <summary>Text messages that wait, as rows of the transaction that has something to tell.</summary>
internal sealed class SmsOutbox(IdentityKeys keys, SmsLimits limits, TimeProvider time)
{
    /// <summary>A code for an account's second factor.</summary>
    public const string SecondFactor = "second_factor_code";

    /// <summary>A code for a number that an account is to have.</summary>
    public const string NumberCode = "phone_code";

    /// <summary>Adds a message in the connection's transaction, if it may be sent.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="kind">One of those here.</param>
    /// <param name="account">Who asked for it: messages are counted for each.</param>
    /// <param name="to">To whom.</param>
    /// <param name="code">Six digits.</param>
    /// <param name="client">From where it was asked for.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="Http.Problems.ProblemException">400: not to that country; 429: too many.</exception>
    public async Task AddAsync(NpgsqlConnection connection, string kind, Guid account, PhoneNumber to, string code, Client client, CancellationToken cancellation)
    {
        await limits.RequireAsync(connection, account, to, client, cancellation);
        var id = Guid.CreateVersion7(time.GetUtcNow());
        var plain = JsonSerializer.SerializeToUtf8Bytes(new SmsPayload(to.Digits, code), SmsJson.Default.SmsPayload);
        try
        {
            await Statement.RunAsync(
                connection, "INSERT INTO identity.sms_outbox (id, kind, account, payload) VALUES ($1, $2, $4, $3)", cancellation, Statement.P(id), Statement.P(kind),
                Statement.P(await keys.Texts.EncryptAsync(plain, RowKey.Of(id.ToString()), cancellation)), Statement.P(account));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    public SmsPayload Open(Guid id, byte[] payload)
    {
        var plain = keys.Texts.Decrypt(payload, RowKey.Of(id.ToString()));
        try
        {
            return JsonSerializer.Deserialize(plain, SmsJson.Default.SmsPayload)!;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }
}
