using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Godwit.Identity.Database;
using Godwit.Security.Signing;
using Npgsql;

namespace Godwit.Identity.Audit;

/// <summary>
/// Why a row has no salt any more: an erasure signed for it, with what it left of the row. Whoever takes a salt away without the key, to change what the row says, has no such note; and of a row that was erased what is left cannot be
/// changed either. It is of one row, so that it tells nobody which rows were once the same person's.
/// </summary>
/// <param name="KeyId">The thumbprint of the key that signs: one of those of the blocks.</param>
/// <param name="Signature">ES256 over log, id, leaf and what is left.</param>
internal sealed record ErasureNote(string KeyId, byte[] Signature)
{
    private static ReadOnlySpan<byte> Purpose => "godwit erased security event\0"u8;

    public static ErasureNote Of(SigningKey key, string log, EventCommitment commitment, ReadOnlySpan<byte> left) => new(key.Kid, key.Sign(Signed(log, commitment, left)));

    /// <param name="log">The log that the row is of.</param>
    /// <param name="commitment">The block's.</param>
    /// <param name="left">What the row says now, in canonical form.</param>
    /// <param name="keys">The public key of an id; null for one that is not trusted.</param>
    public bool Explains(string log, EventCommitment commitment, ReadOnlySpan<byte> left, Func<string, EcPublicKey?> keys) =>
        Signature.Length == Es256.SignatureLength && keys(KeyId) is { } key && Es256.Verify(key, Signed(log, commitment, left), Signature);

    /// <summary>Notes on rows that have just been emptied, in the transaction that did it.</summary>
    /// <param name="connection">In the transaction.</param>
    /// <param name="ids">Of the rows.</param>
    /// <param name="from">When the first of them was written.</param>
    /// <param name="to">When the last one was.</param>
    /// <param name="key">Signs.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task WriteAsync(NpgsqlConnection connection, long[] ids, DateTime from, DateTime to, SigningKey key, CancellationToken cancellation)
    {
        if (ids.Length == 0) return;
        var log = await EventRows.LogAsync(connection, cancellation);
        var rows = await EventRows.AllAsync(connection, "id = ANY($1) AND salt IS NULL AND created_at BETWEEN $2 AND $3", cancellation, Statement.P(ids), Statement.P(from), Statement.P(to));
        await Statement.RunAsync(
            connection,
            "SELECT identity.sign_erasures($1, $2, $3, $4, $5)",
            cancellation, Statement.P(key.Kid), Statement.P(rows.Select(r => r.Id).ToArray()), Statement.P(rows.Select(r => Of(key, log, new EventCommitment(r.Id, r.Leaf), r.Content).Signature).ToArray()), Statement.P(from), Statement.P(to));
    }

    /// <summary>Of fixed lengths, so that no two parts run into each other.</summary>
    private static byte[] Signed(string log, EventCommitment commitment, ReadOnlySpan<byte> left)
    {
        var id = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(id, commitment.Id);
        return [.. Purpose, .. SHA256.HashData(Encoding.UTF8.GetBytes(log)), .. id, .. commitment.Leaf, .. SHA256.HashData(left)];
    }
}
