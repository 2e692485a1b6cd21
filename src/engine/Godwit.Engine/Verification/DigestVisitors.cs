using Godwit.Engine.Moves;
using Godwit.Engine.Rows;
using Godwit.Model.Digests;

namespace Godwit.Engine.Verification;

/// <summary>Rows larger than this are decoded a second way only under <c>--paranoid</c>: decoding needs the row whole, and memory is to stay bounded.</summary>
internal static class LargeRow
{
    public const int Bytes = RowImageBuffer.Capacity / 2;

    public static bool IsDecoded(SecondDecoding decoding, UInt128 hash, long bytes) =>
        decoding.OneIn == 1 || (bytes <= Bytes && decoding.Chooses(hash));
}

/// <summary>Digests the source's rows.</summary>
internal sealed class SourceDigestVisitor(UInt128 key, TableDigests digests, RangeLocator locator, int range, SecondDecoding decoding, MoveProgress progress, MovePace.Worker pace) : IRowVisitor
{
    private const int RowsBetweenReports = 4096;

    private long _rows;

    public void Visit(UInt128 hash, RowImageBuffer buffer, ISourceRow row)
    {
        // Ranges of the key are the ranges that are read; ranges of the hash have nothing to do with them.
        var index = locator.ByKey ? range : locator.Locate(hash, default);
        digests.Rows[index].Add(hash);
        if (LargeRow.IsDecoded(decoding, hash, buffer.RowBytes)) digests.Decoded[index].Add(SipHash.Hash(key, row.SourceImage()));
        if ((++_rows & (RowsBetweenReports - 1)) == 0) progress.Add(RowsBetweenReports);
        if ((_rows & (MovePace.RowsBetweenLooks - 1)) == 0 && pace.IsDue) pace.Rest();
    }

    public void Between(RowImageBuffer buffer) => pace.Between();

    public void Report() => progress.Add(_rows & (RowsBetweenReports - 1));
}

/// <summary>Digests the target's rows.</summary>
internal sealed class TargetDigestVisitor(UInt128 key, TableDigests digests, RangeLocator locator, ISecondDecoder decoder, SecondDecoding decoding, MoveProgress progress, MovePace.Worker pace) : ITupleVisitor
{
    private const int RowsBetweenReports = 4096;

    private long _rows;

    /// <summary>What rows go through before they are digested; the decoder is given them as they are stored. Null where nothing.</summary>
    public IRowOpener? Opener { get; init; }

    public void Visit(ReadOnlySpan<byte> image)
    {
        var digested = Opener is null ? image : Opener.Open(image);
        var hash = SipHash.Hash(key, digested);
        var index = locator.Locate(hash, digested);
        digests.Rows[index].Add(hash);
        // A row that cannot be decoded adds nothing, and so differs.
        if (LargeRow.IsDecoded(decoding, hash, digested.Length) && decoder.TryDecode(image, out var decoded))
            digests.Decoded[index].Add(SipHash.Hash(key, decoded));
        if ((++_rows & (RowsBetweenReports - 1)) == 0) progress.Add(RowsBetweenReports);
        if ((_rows & (MovePace.RowsBetweenLooks - 1)) == 0 && pace.IsDue) pace.Rest();
    }

    public void VisitLarge(UInt128 hash, ReadOnlySpan<byte> beginning)
    {
        _rows++;
        digests.Rows[locator.Locate(hash, beginning)].Add(hash);
    }

    public void Report() => progress.Add(_rows & (RowsBetweenReports - 1));
}

/// <summary>Digests quarantine tables, which have one range.</summary>
internal sealed class QuarantineDigestVisitor(UInt128 key) : IRowVisitor, ITupleVisitor
{
    private RangeDigest _digest;

    public RangeDigest Digest => _digest;

    public void Visit(UInt128 hash, RowImageBuffer buffer, ISourceRow row) => _digest.Add(hash);

    public void Visit(ReadOnlySpan<byte> image) => _digest.Add(SipHash.Hash(key, image));

    public void VisitLarge(UInt128 hash, ReadOnlySpan<byte> beginning) => _digest.Add(hash);
}
