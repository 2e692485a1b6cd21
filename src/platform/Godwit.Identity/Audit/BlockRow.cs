using System.Buffers.Binary;
using Godwit.Identity.Database;
using Npgsql;

namespace Godwit.Identity.Audit;

/// <summary>Blocks as rows.</summary>
internal static class BlockRow
{
    private const int Entry = sizeof(long) + MerkleTree.HashLength;

    public static Task<MerkleBlock?> LastAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        Statement.FirstAsync(connection, "SELECT header, signature, commitments FROM identity.audit_blocks ORDER BY number DESC LIMIT 1", Read, cancellation);

    /// <returns>Null when there is none of that number; a block whose header cannot be read is one of number 0.</returns>
    public static Task<MerkleBlock?> FindAsync(NpgsqlConnection connection, long number, CancellationToken cancellation) =>
        Statement.FirstAsync(connection, "SELECT header, signature, commitments FROM identity.audit_blocks WHERE number = $1", Read, cancellation, Statement.P(number));

    public static Task<int> InsertAsync(NpgsqlConnection connection, MerkleBlock block, DateTimeOffset at, CancellationToken cancellation)
    {
        var commitments = new byte[block.Commitments.Count * Entry];
        for (var i = 0; i < block.Commitments.Count; i++)
        {
            BinaryPrimitives.WriteInt64BigEndian(commitments.AsSpan(i * Entry), block.Commitments[i].Id);
            block.Commitments[i].Leaf.CopyTo(commitments, (i * Entry) + sizeof(long));
        }
        return Statement.RunAsync(
            connection, "INSERT INTO identity.audit_blocks (number, header, signature, commitments, sealed_at) VALUES ($1, $2, $3, $4, $5)", cancellation,
            Statement.P(block.Header.Number), Statement.P(block.Header.ToBytes()), Statement.P(block.Signature), Statement.P(commitments), Statement.P(at.UtcDateTime));
    }

    private static MerkleBlock Read(NpgsqlDataReader row)
    {
        var bytes = row.GetFieldValue<byte[]>(2);
        var commitments = new List<EventCommitment>(bytes.Length / Entry);
        for (var at = 0; at + Entry <= bytes.Length; at += Entry) commitments.Add(new EventCommitment(BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(at)), bytes[(at + sizeof(long))..(at + Entry)]));
        var header = BlockHeader.Read(row.GetFieldValue<byte[]>(0)) ?? new BlockHeader("", 0, "", 0, "", "", 0, "", "");
        return new MerkleBlock(header, row.GetFieldValue<byte[]>(1), commitments);
    }
}
