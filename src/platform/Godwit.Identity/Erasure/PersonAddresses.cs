using System.Text;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Keys;
using Godwit.Security.Emails;
using Godwit.Security.Fields;
using Godwit.Security.Keyring;
using Godwit.Security.Keyring.Persons;
using Npgsql;

namespace Godwit.Identity.Erasure;

/// <summary>The address of an account and those that it had before, by which its owner is found where no number of an account stands.</summary>
/// <param name="Current">Null when it cannot be read: the person's key was shredded already, or the value is damaged.</param>
/// <param name="Known">All that can be read.</param>
/// <param name="Indexes">Of all: those that are stored, which need no key, and those of the readable ones under every key of the index.</param>
/// <param name="Unreadable">A value, or the person's key, is not as it was written.</param>
internal sealed record PersonAddresses(string? Current, IReadOnlyList<EmailAddress> Known, byte[][] Indexes, bool Unreadable)
{
    /// <summary>A former address that somebody else's account has by now is theirs.</summary>
    private const string Query = """
        SELECT NULL::uuid, email_index, encrypted_email FROM identity.users WHERE id = $1 AND email_index IS NOT NULL
        UNION ALL
        SELECT c.id, c.former_index, c.encrypted_former FROM identity.email_changes c
        WHERE c.user_id = $1 AND NOT EXISTS (SELECT FROM identity.users o WHERE o.email_index = c.former_index AND o.id <> $1 AND o.deleted_at IS NULL)
        """;

    /// <summary>Throws nothing for a value that cannot be read: what is damaged keeps nobody from being erased.</summary>
    public static async Task<PersonAddresses> FindAsync(NpgsqlConnection connection, IdentityKeys keys, AccountFinder accounts, long user, Guid uuid, CancellationToken cancellation)
    {
        var rows = await StoredAsync(connection, user, cancellation);
        var (person, damaged) = await OpenAsync(keys, uuid, cancellation);
        await using var opened = person;
        string? current = null;
        List<EmailAddress> known = [];
        foreach (var (change, _, blob) in rows)
        {
            if (person is null || blob is null) continue;
            try
            {
                var (column, table) = change is null ? ("encrypted_email", "users") : ("encrypted_former", "email_changes");
                var text = Encoding.UTF8.GetString(keys.OfPerson(person, column, table).Decrypt(blob, RowKey.Of((change ?? uuid).ToString())));
                if (change is null) current = text;
                if (EmailAddress.Read(text).Address is { } address) known.Add(address);
            }
            catch (FieldUnreadableException)
            {
                damaged = true;
            }
        }
        return new PersonAddresses(current, known, [.. rows.Select(r => r.Index).Concat(known.SelectMany(accounts.IndexesOf)).DistinctBy(Convert.ToHexString)], damaged);
    }

    /// <summary>The same with what is stored now: an address may have been changed since these were read.</summary>
    public async Task<PersonAddresses> WithStoredAsync(NpgsqlConnection connection, long user, CancellationToken cancellation) =>
        this with { Indexes = [.. Indexes.Concat((await StoredAsync(connection, user, cancellation)).Select(r => r.Index)).DistinctBy(Convert.ToHexString)] };

    private static Task<List<(Guid? Change, byte[] Index, byte[]? Blob)>> StoredAsync(NpgsqlConnection connection, long user, CancellationToken cancellation) => Statement.AllAsync(
        connection, Query, r => (r.IsDBNull(0) ? (Guid?)null : r.GetGuid(0), r.GetFieldValue<byte[]>(1), r.IsDBNull(2) ? null : r.GetFieldValue<byte[]>(2)), cancellation, Statement.P(user));

    private static async Task<(PersonKey? Person, bool Damaged)> OpenAsync(IdentityKeys keys, Guid uuid, CancellationToken cancellation)
    {
        try
        {
            return (await keys.Persons.OpenAsync(uuid.ToString(), cancellation), false);
        }
        catch (KeyringException e) when (!e.MayRetry)
        {
            return (null, true);
        }
    }
}
