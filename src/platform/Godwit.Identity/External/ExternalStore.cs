using System.Text;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Keys;
using Godwit.Security.Fields;
using Godwit.Security.Keyring.Persons;
using Npgsql;

namespace Godwit.Identity.External;

/// <summary>The rows of identities at providers. The subject is found by a blind index of its issuer's, and stands encrypted under the person's key.</summary>
internal sealed class ExternalStore(IdentityKeys keys, AccountFinder accounts)
{
    /// <returns>The account that the identity opens; null for none.</returns>
    public async Task<Account?> FindAsync(NpgsqlConnection connection, ExternalIdentity identity, CancellationToken cancellation)
    {
        var uuid = await Statement.FirstAsync(
            connection, "SELECT u.uuid FROM identity.external_logins l JOIN identity.users u ON u.id = l.user_id WHERE l.issuer = $1 AND l.subject_index = ANY($2) AND u.deleted_at IS NULL",
            r => (Guid?)r.GetGuid(0), cancellation, Statement.P(identity.Issuer), Statement.P(IndexesOf(identity)));
        return uuid is { } found ? await accounts.FindAsync(connection, found, cancellation) : null;
    }

    public Task<int> UsedAsync(NpgsqlConnection connection, ExternalIdentity identity, CancellationToken cancellation) => Statement.RunAsync(
        connection, "UPDATE identity.external_logins SET last_used_at = now() WHERE issuer = $1 AND subject_index = ANY($2)", cancellation, Statement.P(identity.Issuer), Statement.P(IndexesOf(identity)));

    /// <returns>False when it opens an account already.</returns>
    public async Task<bool> AddAsync(NpgsqlConnection connection, long user, Guid uuid, PersonKey person, ExternalIdentity identity, CancellationToken cancellation)
    {
        // While a key is rotated the same subject has two indexes, and the unique constraint sees one of them.
        foreach (var each in IndexesOf(identity).OrderBy(Convert.ToHexString, StringComparer.Ordinal))
            await Statement.RunAsync(connection, "SELECT pg_advisory_xact_lock($1)", cancellation, Statement.P(BitConverter.ToInt64(each.AsSpan(^8..))));
        if (await FindAsync(connection, identity, cancellation) is not null) return false;
        var index = new byte[BlindIndex.Length];
        keys.Subjects.Compute(identity.Issuer, identity.Subject, index);
        var plain = Encoding.UTF8.GetBytes(identity.Subject);
        var blob = new byte[FieldCipher.BlobLength(plain.Length)];
        keys.OfPerson(person, "encrypted_subject", "external_logins").Encrypt(plain, RowKey.Of(uuid.ToString()), blob);
        return await Statement.RunAsync(
            connection, "INSERT INTO identity.external_logins (user_id, provider, issuer, subject_index, encrypted_subject) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING", cancellation,
            Statement.P(user), Statement.P(identity.Provider), Statement.P(identity.Issuer), Statement.P(index), Statement.P(blob)) == 1;
    }

    public static Task<List<ExternalLinkDocument>> ListAsync(NpgsqlConnection connection, Guid user, CancellationToken cancellation) => Statement.AllAsync(
        connection, "SELECT l.uuid, l.provider, l.issuer, l.created_at, l.last_used_at FROM identity.external_logins l JOIN identity.users u ON u.id = l.user_id WHERE u.uuid = $1 AND u.deleted_at IS NULL ORDER BY l.id",
        r => new ExternalLinkDocument(r.GetGuid(0), r.GetString(1), r.GetString(2), r.GetFieldValue<DateTimeOffset>(3), r.IsDBNull(4) ? null : r.GetFieldValue<DateTimeOffset>(4)), cancellation, Statement.P(user));

    private byte[][] IndexesOf(ExternalIdentity identity) => [.. keys.Subjects.Candidates(identity.Issuer, identity.Subject)];
}
