using System.Text;
using Godwit.Identity.Database;
using Godwit.Identity.Keys;
using Godwit.Identity.Phones;
using Godwit.Security.Fields;
using Npgsql;

namespace Godwit.Identity.Accounts;

/// <summary>Opens what stands encrypted in an account's row. Each opening of a person's key is noted in the keyring's audit.</summary>
internal sealed class PersonalValues(IdentityKeys keys)
{
    /// <returns>Null when the account is gone, or was erased.</returns>
    public async Task<string?> EmailAsync(NpgsqlConnection connection, Guid uuid, CancellationToken cancellation) => (await OpenAsync(connection, uuid, cancellation))?.Email;

    /// <returns>Null when the account is gone, or was erased.</returns>
    public async Task<Profile?> OpenAsync(NpgsqlConnection connection, Guid uuid, CancellationToken cancellation)
    {
        var row = await Statement.FirstAsync(
            connection,
            "SELECT encrypted_email, encrypted_first_name, encrypted_last_name, encrypted_phone, email_verified, phone_verified, created_at, last_login_at FROM identity.users WHERE uuid = $1 AND deleted_at IS NULL",
            r => new Sealed(Blob(r, 0), Blob(r, 1), Blob(r, 2), Blob(r, 3), r.GetBoolean(4), r.GetBoolean(5), r.GetFieldValue<DateTimeOffset>(6), r.IsDBNull(7) ? null : r.GetFieldValue<DateTimeOffset>(7)),
            cancellation, Statement.P(uuid));
        if (row is null || await keys.Persons.OpenAsync(uuid.ToString(), cancellation) is not { } person) return null;
        await using (person)
        {
            return new Profile(
                uuid, Text("encrypted_email", row.Email)!, Text("encrypted_first_name", row.FirstName), Text("encrypted_last_name", row.LastName), Text("encrypted_phone", row.Phone), row.EmailVerified, row.PhoneVerified, row.CreatedAt, row.LastLoginAt);
        }

        string? Text(string column, byte[]? blob) => blob is null ? null : Encoding.UTF8.GetString(keys.OfPerson(person, column).Decrypt(blob, RowKey.Of(uuid.ToString())));
    }

    /// <returns>The number of the second factor; null when there is none, or the account was erased.</returns>
    public async Task<PhoneNumber?> FactorPhoneAsync(NpgsqlConnection connection, Account account, CancellationToken cancellation)
    {
        var blob = await Statement.FirstAsync(
            connection, "SELECT encrypted_phone_number FROM identity.user_2fa_settings WHERE user_id = $1 AND encrypted_phone_number IS NOT NULL", r => r.GetFieldValue<byte[]>(0), cancellation, Statement.P(account.Id));
        if (blob is null || await keys.Persons.OpenAsync(account.Uuid.ToString(), cancellation) is not { } person) return null;
        await using (person) return new PhoneNumber(Encoding.UTF8.GetString(keys.OfPerson(person, "encrypted_phone_number", "user_2fa_settings").Decrypt(blob, RowKey.Of(account.Uuid.ToString()))));
    }

    private static byte[]? Blob(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<byte[]>(column);

    private sealed record Sealed(byte[]? Email, byte[]? FirstName, byte[]? LastName, byte[]? Phone, bool EmailVerified, bool PhoneVerified, DateTimeOffset CreatedAt, DateTimeOffset? LastLoginAt);
}

/// <summary>What a person sees of their account.</summary>
internal sealed record Profile(Guid Id, string Email, string? FirstName, string? LastName, string? Phone, bool EmailVerified, bool PhoneVerified, DateTimeOffset CreatedAt, DateTimeOffset? LastLoginAt);
