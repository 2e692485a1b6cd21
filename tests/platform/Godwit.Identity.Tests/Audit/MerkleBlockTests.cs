using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Godwit.Identity.Audit;
using Godwit.Security.Signing;

namespace Godwit.Identity.Tests.Audit;

[Trait("ASVS", "16.4.2")]
public sealed class MerkleBlockTests : IDisposable
{
    private readonly SigningKey _key = SigningKey.Create();

    public void Dispose() => _key.Dispose();

    [Fact]
    public void A_log_is_what_was_sealed_block_by_block_and_row_by_row()
    {
        var (blocks, rows) = Log(5, 3, 1);
        Assert.Null(Fault(blocks, rows));
        Assert.Equal([1L, 2L, 3L], blocks.Select(b => b.Header.Number));
        Assert.All(blocks, b => Assert.Equal(b.Header, BlockHeader.Read(b.Header.ToBytes())));
    }

    [Fact]
    public void A_changed_missing_added_or_exchanged_row_is_named() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(
        Gen.Choose(1, 6).NonEmptyListOf().Resize(4).ToArbitrary(), Gen.Choose(0, 1000).ToArbitrary(), Gen.Choose(0, 5).ToArbitrary(), (sizes, at, kind) =>
        {
            var (blocks, rows) = Log([.. sizes]);
            var i = at % rows.Count;
            var id = rows[i].Id;
            switch (kind)
            {
                case 0: rows[i] = rows[i] with { Content = [.. rows[i].Content!, (byte)' '] }; break;
                case 1: rows[i] = rows[i] with { Salt = EventCommitment.NewSalt() }; break;
                case 2: rows.RemoveAt(i); break;
                case 3: rows.Insert(i, rows[i]); break;
                case 4: rows.Insert(i, new EventRow(id - 1, EventCommitment.NewSalt(), [1])); id--; break;
                default:
                    // Two rows change places, each keeping its number.
                    var j = (i + 1) % rows.Count;
                    if (i == j) return true;
                    (rows[i], rows[j]) = (rows[j] with { Id = rows[i].Id }, rows[i] with { Id = rows[j].Id });
                    id = Math.Min(rows[i].Id, rows[j].Id);
                    break;
            }
            return Fault(blocks, rows)?.Event == id;
        }));

    [Fact]
    public void An_erased_salt_keeps_the_block_and_is_told() => Check.One(Config.QuickThrowOnFailure, Prop.ForAll(Gen.Choose(1, 8).ToArbitrary(), Gen.Choose(0, 255).ToArbitrary(), (count, which) =>
    {
        var (blocks, rows) = Log(count);
        var erased = rows.Where((_, i) => (which & (1 << i)) != 0).Select(r => r.Id).ToList();
        var left = rows.Select(r => erased.Contains(r.Id) ? r with { Salt = null, Content = null } : r);
        var (fault, told) = blocks[0].VerifyRows(left, _ => false);
        return fault is null && told.SequenceEqual(erased) && blocks[0].Verify("events", null, Keys) is null;
    }));

    [Fact]
    public void An_erased_event_is_found_by_nobody_who_tries_all_there_could_be()
    {
        var content = Encoding.UTF8.GetBytes("""{"id":1,"type":"login_failed"}""");
        var one = EventCommitment.Of(1, EventCommitment.NewSalt(), content);
        Assert.NotEqual(one.Leaf, EventCommitment.Of(1, EventCommitment.NewSalt(), content).Leaf);
        Assert.Throws<ArgumentException>(() => EventCommitment.Of(1, new byte[31], content));
    }

    [Fact]
    public void Blocks_that_were_changed_exchanged_left_out_or_signed_by_another_are_named()
    {
        var (blocks, _) = Log(2, 2, 2);
        using var other = SigningKey.Create();
        Named(1, [blocks[0] with { Signature = blocks[1].Signature }, blocks[1]], "signature");
        // What the key signed for another purpose.
        Named(1, [blocks[0] with { Signature = _key.Sign(blocks[0].Header.ToBytes()) }], "signature");
        Named(1, [blocks[0] with { Header = blocks[0].Header with { SealedAt = 7 } }], "signature");
        Named(2, [blocks[0], blocks[1] with { Commitments = [blocks[1].Commitments[0]] }], "commitments");
        Named(2, [blocks[0], blocks[1] with { Commitments = [blocks[1].Commitments[0], blocks[1].Commitments[1] with { Id = 99 }] }], "commitments");
        Named(2, [blocks[0], blocks[1] with { Commitments = [blocks[1].Commitments[1], blocks[1].Commitments[0]] }], "commitments");
        Named(3, [blocks[0], blocks[2]], "block 2 is missing");
        Named(2, [blocks[1]], "block 1 is missing");
        Named(2, [blocks[0], MerkleBlock.Seal("events", blocks[0].Header, blocks[1].Commitments, DateTimeOffset.UnixEpoch, "1:1:", other)], "nobody knows the key");
        // Sealed anew from the second on, with the right key: the third shows it.
        Named(3, [blocks[0], MerkleBlock.Seal("events", blocks[0].Header, [blocks[1].Commitments[0]], DateTimeOffset.UnixEpoch, "1:1:", _key), blocks[2]], "does not follow");
        Assert.Contains("another log", blocks[0].Verify("payments", null, Keys)!.What, StringComparison.Ordinal);

        void Named(long number, MerkleBlock[] log, string what)
        {
            var fault = Fault(log, null)!;
            Assert.Equal(number, fault.Block);
            Assert.Contains(what, fault.What, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_event_is_proved_to_who_sees_no_other()
    {
        var (blocks, rows) = Log(7);
        for (var i = 0; i < 7; i++)
        {
            var shown = EventCommitment.Of(rows[i].Id, rows[i].Salt!, rows[i].Content!);
            Assert.True(MerkleBlock.Proves(blocks[0].Header, shown, i, blocks[0].ProofOf(i)));
            Assert.False(MerkleBlock.Proves(blocks[0].Header, shown, (i + 1) % 7, blocks[0].ProofOf(i)));
            Assert.False(MerkleBlock.Proves(blocks[0].Header, EventCommitment.Of(rows[i].Id, rows[i].Salt!, [0]), i, blocks[0].ProofOf(i)));
        }
    }

    [Fact]
    public void A_row_that_committed_late_is_another_blocks_and_no_fault_of_this_one()
    {
        EventRow[] rows = [.. Enumerable.Range(1, 4).Select(n => Row(n))];
        var early = MerkleBlock.Seal("events", null, [Of(rows[0]), Of(rows[2])], DateTimeOffset.UnixEpoch, "1:4:2", _key);
        var late = MerkleBlock.Seal("events", early.Header, [Of(rows[1]), Of(rows[3])], DateTimeOffset.UnixEpoch, "5:5:", _key);
        Assert.Null(early.VerifyRows(rows[..3], id => id is 2 or 4).Fault);
        Assert.Null(late.VerifyRows(rows[1..], id => id is 1 or 3).Fault);
        Assert.Equal(2, early.VerifyRows(rows[..3], _ => false).Fault!.Event);
    }

    [Fact]
    public void A_header_has_one_text_only()
    {
        var (blocks, _) = Log(1);
        var text = Encoding.UTF8.GetString(blocks[0].Header.ToBytes());
        Assert.All([text + " ", text.Replace("\"count\":1", "\"count\":1.0", StringComparison.Ordinal), text.Replace("{", "{\"more\":1,", StringComparison.Ordinal), "{}", "", "[]", text.Replace("events", "\\u0065vents", StringComparison.Ordinal)],
            t => Assert.Null(BlockHeader.Read(Encoding.UTF8.GetBytes(t))));
    }

    [Fact]
    public void Bytes_that_are_no_header_are_none_and_no_error() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(Gen.Choose(0, 400).Zip(Gen.Choose(0, 255)).NonEmptyListOf().ToArbitrary(), changes =>
    {
        var bytes = Log(1).Blocks[0].Header.ToBytes();
        foreach (var (at, value) in changes) bytes[at % bytes.Length] = (byte)value;
        return BlockHeader.Read(bytes) is not { } header || header.ToBytes().AsSpan().SequenceEqual(bytes);
    }));

    private (List<MerkleBlock> Blocks, List<EventRow> Rows) Log(params int[] sizes)
    {
        var (blocks, rows) = (new List<MerkleBlock>(), new List<EventRow>());
        foreach (var size in sizes)
        {
            // Every other number was taken by somebody whose transaction was rolled back.
            var block = Enumerable.Range(rows.Count, size).Select(n => Row(2 * (n + 1))).ToList();
            blocks.Add(MerkleBlock.Seal("events", blocks.LastOrDefault()?.Header, [.. block.Select(Of)], DateTimeOffset.UnixEpoch.AddDays(rows.Count), "1:1:", _key));
            rows.AddRange(block);
        }
        return (blocks, rows);
    }

    private static EventRow Row(long id) => new(id, EventCommitment.NewSalt(), Encoding.UTF8.GetBytes($$"""{"id":{{id}}}"""));

    private static EventCommitment Of(EventRow row) => EventCommitment.Of(row.Id, row.Salt!, row.Content!);

    private EcPublicKey? Keys(string id) => id == _key.Kid ? _key.Public : null;

    /// <summary>As a verifier goes through a log: each block, then the rows from after the one before to its last.</summary>
    private BlockFault? Fault(IReadOnlyList<MerkleBlock> blocks, IReadOnlyList<EventRow>? rows)
    {
        BlockHeader? previous = null;
        long from = 0;
        foreach (var block in blocks)
        {
            if (block.Verify("events", previous, Keys) is { } fault) return fault;
            var last = block.Commitments[^1].Id;
            if (rows is not null && block.VerifyRows(rows.Where(r => r.Id > from && r.Id <= last), _ => false).Fault is { } row) return row;
            (previous, from) = (block.Header, last);
        }
        return null;
    }
}
