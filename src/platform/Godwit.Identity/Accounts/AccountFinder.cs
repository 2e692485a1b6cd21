using Godwit.Identity.Database;
using Godwit.Identity.Keys;
using Godwit.Security.Emails;
using Npgsql;

namespace Godwit.Identity.Accounts;

/// <summary>Finds accounts by address: by every index that it may be stored under, so that a rotation of the index's key hides none.</summary>
internal sealed class AccountFinder(IdentityKeys keys)
{
    private const string Columns = "id, uuid, password_hash, password_reset_required, account_locked AND coalesce(account_locked_until, 'infinity') > now(), encrypted_email, password_set_by_mail";

    public byte[][] IndexesOf(EmailAddress address) => [.. keys.Emails.Candidates("", address.Normalized)];

    /// <summary>The index that is stored now.</summary>
    public byte[] IndexOf(EmailAddress address)
    {
        var index = new byte[Security.Fields.BlindIndex.Length];
        keys.Emails.Compute("", address.Normalized, index);
        return index;
    }

    public Task<Account?> FindAsync(NpgsqlConnection connection, EmailAddress address, CancellationToken cancellation) => Statement.FirstAsync(
        connection, $"SELECT {Columns} FROM identity.users WHERE email_index = ANY($1) AND deleted_at IS NULL", Read, cancellation, Statement.P(IndexesOf(address)));

    public Task<Account?> FindAsync(NpgsqlConnection connection, Guid uuid, CancellationToken cancellation) => Statement.FirstAsync(
        connection, $"SELECT {Columns} FROM identity.users WHERE uuid = $1 AND deleted_at IS NULL", Read, cancellation, Statement.P(uuid));

    public async Task<bool> ExistsAsync(NpgsqlConnection connection, EmailAddress address, CancellationToken cancellation) => await FindAsync(connection, address, cancellation) is not null;

    /// <summary>Whether nobody else can have the address: it has an account, or had one until a change of address that can still be undone.</summary>
    /// <param name="except">An account that may have its own former address.</param>
    public async Task<bool> IsTakenAsync(NpgsqlConnection connection, EmailAddress address, CancellationToken cancellation, Guid? except = null) =>
        await ExistsAsync(connection, address, cancellation) || await Statement.FirstAsync(
            connection,
            """
            SELECT true FROM identity.email_changes c JOIN identity.users u ON u.id = c.user_id
            WHERE c.former_index = ANY($1) AND NOT c.closed AND c.undo_until > now() AND u.deleted_at IS NULL AND u.uuid IS DISTINCT FROM $2 LIMIT 1
            """,
            r => r.GetBoolean(0), cancellation, Statement.P(IndexesOf(address)), Statement.P(except, NpgsqlTypes.NpgsqlDbType.Uuid));

    /// <summary>
    /// Keeps everybody else from making an account of this address until the transaction ends: while a key is rotated the same address has two indexes, and the unique constraint sees one of them.
    /// </summary>
    public Task HoldAddressAsync(NpgsqlConnection connection, EmailAddress address, CancellationToken cancellation) => HoldAddressesAsync(connection, cancellation, address);

    /// <summary>The same for several, in one order, so that no two wait for each other.</summary>
    public async Task HoldAddressesAsync(NpgsqlConnection connection, CancellationToken cancellation, params EmailAddress[] addresses)
    {
        foreach (var index in addresses.SelectMany(IndexesOf).OrderBy(Convert.ToHexString, StringComparer.Ordinal))
            await Statement.RunAsync(connection, "SELECT pg_advisory_xact_lock($1)", cancellation, Statement.P(BitConverter.ToInt64(index.AsSpan(^8..))));
    }

    private static Account Read(NpgsqlDataReader reader) => new(
        reader.GetInt64(0), reader.GetGuid(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetBoolean(3), reader.GetBoolean(4), reader.IsDBNull(5) ? null : reader.GetFieldValue<byte[]>(5), reader.GetBoolean(6));
}
