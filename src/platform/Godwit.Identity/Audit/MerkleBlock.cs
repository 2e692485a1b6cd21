using System.Buffers.Binary;
using System.Security.Cryptography;
using Godwit.Security.Signing;

namespace Godwit.Identity.Audit;

/// <summary>
/// A sealed block: a signed header, chained to the one before, and the commitments that its root is of. The commitments stand beside the header and outside the table of events, so that a row that was changed, added or
/// taken away can be named, and not only that something was. Pure: who stores blocks and reads rows is another.
/// </summary>
/// <param name="Header">What is signed.</param>
/// <param name="Signature">ES256 over <see cref="Signed"/>.</param>
/// <param name="Commitments">One for each event, by ascending id.</param>
internal sealed record MerkleBlock(BlockHeader Header, byte[] Signature, IReadOnlyList<EventCommitment> Commitments)
{
    // A signature over a header is none over anything else that the key signs.
    private static ReadOnlySpan<byte> Purpose => "godwit security events block\0"u8;

    /// <param name="log">Which log it is of.</param>
    /// <param name="previous">The header before; null for the first.</param>
    /// <param name="commitments">One for each event, by ascending id.</param>
    /// <param name="sealedAt">The time.</param>
    /// <param name="position">What it is sealed up to.</param>
    /// <param name="key">Signs.</param>
    /// <exception cref="ArgumentException">There is no event, or an id does not come after the one before.</exception>
    public static MerkleBlock Seal(string log, BlockHeader? previous, IReadOnlyList<EventCommitment> commitments, DateTimeOffset sealedAt, string position, SigningKey key)
    {
        if (commitments.Count == 0) throw new ArgumentException("a block has an event", nameof(commitments));
        if (Unordered(commitments)) throw new ArgumentException("ids have to ascend", nameof(commitments));
        var microseconds = (sealedAt - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        var header = new BlockHeader(log, (previous?.Number ?? 0) + 1, previous?.Hash ?? BlockHeader.None, commitments.Count, RootOf(commitments), IdsOf(commitments), microseconds, position, key.Kid);
        return new(header, key.Sign(Signed(header)), commitments);
    }

    /// <summary>What an outsider needs to see that an event is in the block, without seeing any other: with the header, the event and its salt.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such event.</exception>
    public IReadOnlyList<byte[]> ProofOf(int index) => MerkleTree.ProofOf(Leaves(Commitments), index);

    /// <summary>Whether the block is what was sealed, and follows on the one before.</summary>
    /// <param name="log">Which log is verified.</param>
    /// <param name="previous">The header before, verified; null for the first.</param>
    /// <param name="keys">The public key of an id; null for one that is not trusted.</param>
    /// <returns>The first fault, or null.</returns>
    public BlockFault? Verify(string log, BlockHeader? previous, Func<string, EcPublicKey?> keys)
    {
        if (Header.Log != log) return Fault("it is a block of another log");
        if (Header.Number != (previous?.Number ?? 0) + 1) return Fault($"block {(previous?.Number ?? 0) + 1} is missing before it");
        if (Header.Previous != (previous?.Hash ?? BlockHeader.None)) return Fault("it does not follow on the block before, which is another than when it was sealed");
        if (keys(Header.KeyId) is not { } key) return Fault($"nobody knows the key {Header.KeyId} that it says signed it");
        if (!Es256.Verify(key, Signed(Header), Signature)) return Fault("its signature does not fit: the header was changed");
        if (Header.Count != Commitments.Count || Unordered(Commitments) || Header.Root != RootOf(Commitments) || Header.Ids != IdsOf(Commitments)) return Fault("its commitments are not those that were sealed");
        return null;

        BlockFault Fault(string what) => new(Header.Number, null, what);
    }

    /// <summary>Holds rows against the commitments; the block was verified before.</summary>
    /// <param name="rows">All rows from the block's first id to its last, by ascending id.</param>
    /// <param name="isOthers">Whether an id between them is another block's, or not sealed yet: blocks are sealed by what was committed, and who took a lower id may commit later.</param>
    /// <returns>The first row that is not what was sealed, by its id; and the ids of those whose salt was erased, which the register of erasures has to explain: of what they say now nothing is proved.</returns>
    public (BlockFault? Fault, IReadOnlyList<long> Erased) VerifyRows(IEnumerable<EventRow> rows, Func<long, bool> isOthers)
    {
        var erased = new List<long>();
        var at = 0;
        foreach (var row in rows)
        {
            if (at == Commitments.Count || row.Id < Commitments[at].Id)
            {
                if (isOthers(row.Id)) continue;
                return (Fault(row.Id, "was added after the block was sealed, or stands twice"), erased);
            }
            if (row.Id > Commitments[at].Id) return (Fault(Commitments[at].Id, "is missing"), erased);
            if (row.Salt is null) erased.Add(row.Id);
            else if (row.Salt.Length != EventCommitment.SaltLength || row.Content is null || !EventCommitment.Of(row.Id, row.Salt, row.Content).Leaf.AsSpan().SequenceEqual(Commitments[at].Leaf))
                return (Fault(row.Id, "was changed"), erased);
            at++;
        }
        return at < Commitments.Count ? (Fault(Commitments[at].Id, "is missing"), erased) : (null, erased);

        BlockFault Fault(long id, string what) => new(Header.Number, id, $"event {id} {what}");
    }

    /// <summary>Whether an event with its salt is at a place of a block of which one has the header only.</summary>
    public static bool Proves(BlockHeader header, EventCommitment commitment, int index, IReadOnlyList<byte[]> proof) =>
        header.Count <= int.MaxValue && MerkleTree.Proves(proof, commitment.Leaf, index, (int)header.Count, Convert.FromHexString(header.Root));

    private static byte[] Signed(BlockHeader header) => [.. Purpose, .. header.ToBytes()];

    private static string RootOf(IReadOnlyList<EventCommitment> commitments) => Convert.ToHexStringLower(MerkleTree.RootOf(Leaves(commitments)));

    private static string IdsOf(IReadOnlyList<EventCommitment> commitments)
    {
        var ids = new byte[commitments.Count * sizeof(long)];
        for (var i = 0; i < commitments.Count; i++) BinaryPrimitives.WriteInt64BigEndian(ids.AsSpan(i * sizeof(long)), commitments[i].Id);
        return Convert.ToHexStringLower(SHA256.HashData(ids));
    }

    private static byte[][] Leaves(IReadOnlyList<EventCommitment> commitments) => [.. commitments.Select(c => c.Leaf)];

    private static bool Unordered(IReadOnlyList<EventCommitment> commitments) => commitments.Zip(commitments.Skip(1)).Any(p => p.First.Id >= p.Second.Id) || commitments.Any(c => c.Leaf.Length != MerkleTree.HashLength);
}

/// <summary>What is wrong with a log.</summary>
/// <param name="Block">The block's number.</param>
/// <param name="Event">The event's id, where it is one event.</param>
/// <param name="What">A sentence's rest.</param>
internal sealed record BlockFault(long Block, long? Event, string What);
