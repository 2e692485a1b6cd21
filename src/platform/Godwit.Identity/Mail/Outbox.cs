using System.Security.Cryptography;
using System.Text.Json;
using Godwit.Identity.Database;
using Godwit.Identity.Keys;
using Godwit.Security.Fields;
using Npgsql;

namespace Godwit.Identity.Mail;

/// <summary>Mails that wait, as rows of the transaction that has something to tell: a mail is sent if and only if that committed.</summary>
internal sealed class Outbox(IdentityKeys keys, TimeProvider time)
{
    /// <summary>Set when something was written here: the sender of this host need not wait for its next look.</summary>
    public SemaphoreSlim Written { get; } = new(0, 1);

    /// <summary>The same for text messages.</summary>
    public SemaphoreSlim WrittenTexts { get; } = new(0, 1);

    /// <summary>Adds a mail in the connection's transaction.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="kind"><see cref="MailKind"/>.</param>
    /// <param name="payload">What it says, and to whom.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <param name="about">The recipient's index, for a mail that a stranger can ask for.</param>
    public async Task AddAsync(NpgsqlConnection connection, string kind, MailPayload payload, CancellationToken cancellation, byte[]? about = null)
    {
        var id = Guid.CreateVersion7(time.GetUtcNow());
        var plain = JsonSerializer.SerializeToUtf8Bytes(payload, MailJson.Default.MailPayload);
        try
        {
            await Statement.RunAsync(
                connection, "INSERT INTO identity.mail_outbox (id, kind, payload, about) VALUES ($1, $2, $3, $4)", cancellation,
                Statement.P(id), Statement.P(kind), Statement.P(await keys.Mails.EncryptAsync(plain, RowKey.Of(id.ToString()), cancellation)), Statement.P(about, NpgsqlTypes.NpgsqlDbType.Bytea));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    public MailPayload Open(Guid id, byte[] payload)
    {
        var plain = keys.Mails.Decrypt(payload, RowKey.Of(id.ToString()));
        try
        {
            return JsonSerializer.Deserialize(plain, MailJson.Default.MailPayload)!;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>After the commit.</summary>
    public void Wake()
    {
        Wake(Written);
        Wake(WrittenTexts);
    }

    private static void Wake(SemaphoreSlim written)
    {
        try
        {
            if (written.CurrentCount == 0) written.Release();
        }
        catch (SemaphoreFullException)
        {
            // Somebody else woke it in between.
        }
    }
}
