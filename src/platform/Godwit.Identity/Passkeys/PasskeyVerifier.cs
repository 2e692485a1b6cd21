using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Events;
using Godwit.Identity.Mail;
using Godwit.Identity.Requests;
using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace Godwit.Identity.Passkeys;

/// <summary>A passkey whose answer was right, and which is not noted as used yet.</summary>
internal sealed record RightPasskey(Account Account, UserPasskeyInfo Used);

/// <summary>Verifies what an authenticator answered, whether it signs in or is the second factor.</summary>
internal sealed class PasskeyVerifier(IdentityDatabase database, AccountFinder accounts, PersonalValues values, PasskeyCeremonies ceremonies, EventLog events, Outbox outbox)
{
    /// <param name="credential">The answer.</param>
    /// <param name="state">What was asked.</param>
    /// <param name="owner">Whose it has to be; null for whose it says that it is.</param>
    /// <param name="client">From where.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>Null when it is not right, which is recorded.</returns>
    public async Task<RightPasskey?> VerifyAsync(JsonElement credential, string state, Guid? owner, Client client, CancellationToken cancellation)
    {
        var account = (owner ?? HandleOf(credential)) is { } uuid ? await database.WithAsync(connection => accounts.FindAsync(connection, uuid, cancellation), cancellation) : null;
        if (account is not null)
        {
            var holder = await database.WithAsync(connection => PasskeyStore.HolderAsync(connection, account, cancellation), cancellation);
            if (await ceremonies.FinishAssertionAsync(holder, credential, state) is { } used) return new RightPasskey(account, used);
        }
        await database.InTransactionAsync(connection => events.WriteAsync(connection, new SecurityEvent("passkey_refused") { UserId = account?.Id, Client = client, Severity = EventSeverity.Warning }, cancellation), cancellation);
        return null;
    }

    /// <summary>Notes the use in the connection's transaction. A counter that did not go up says that somebody may have a copy: that is recorded, and the owner told, in the same transaction.</summary>
    /// <returns>False when it is not to be taken.</returns>
    public async Task<bool> UseAsync(NpgsqlConnection connection, RightPasskey right, Client client, CancellationToken cancellation)
    {
        if (await PasskeyStore.UseAsync(connection, right.Used, cancellation) is not { } higher) return false;
        if (higher) return true;
        await events.WriteAsync(connection, new SecurityEvent("passkey_copied") { UserId = right.Account.Id, Client = client, Severity = EventSeverity.Critical, Blocked = true }, cancellation);
        if (await values.EmailAsync(connection, right.Account.Uuid, cancellation) is { } email)
            await outbox.AddAsync(connection, MailKind.PasskeyChanged, new MailPayload(email, Detail: "A passkey of your account was refused: it seems that somebody has a copy of it. Remove it, and make another."), cancellation);
        return false;
    }

    /// <summary>The account that the answer says that it is of: the user handle of its registration.</summary>
    private static Guid? HandleOf(JsonElement credential)
    {
        if (credential.ValueKind != JsonValueKind.Object || !credential.TryGetProperty("response", out var response) || response.ValueKind != JsonValueKind.Object) return null;
        if (!response.TryGetProperty("userHandle", out var handle) || handle.ValueKind != JsonValueKind.String || JsonText.Of(handle) is not { Length: > 0 and <= 96 } text || !Base64Url.IsValid(text)) return null;
        return Guid.TryParseExact(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)), "D", out var uuid) ? uuid : null;
    }
}
