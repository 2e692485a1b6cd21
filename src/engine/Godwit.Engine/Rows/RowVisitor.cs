using Godwit.Engine.Moves;
using Godwit.Model.Moves;

namespace Godwit.Engine.Rows;

/// <summary>What a reader knows of the row it has just encoded.</summary>
public interface ISourceRow
{
    /// <summary>The rowid; for a table without rowid, the row's position in key order, from 1, or 0 where rows come in no order.</summary>
    long RowNumber { get; }

    /// <summary>Appends the row as the source stores it (see <see cref="ISecondDecoder"/>), read past the encoders.</summary>
    ReadOnlySpan<byte> SourceImage();
}

/// <summary>Told of each row right after it was encoded and hashed.</summary>
public interface IRowVisitor
{
    void Visit(UInt128 hash, RowImageBuffer buffer, ISourceRow row);

    /// <summary>Told by a reader that reads in pieces, before each of them: it holds nothing of the source now, and whoever has to rest does so here.</summary>
    void Between(RowImageBuffer buffer)
    {
    }
}

/// <summary>
/// Gives back, from a row image of the target, what the source must have stored, by an own implementation of every mapping's inverse: a mistake of the encoders
/// does not cancel itself out.
/// </summary>
public interface ISecondDecoder
{
    /// <param name="image">The row's fields, without the field count.</param>
    /// <param name="decoded">The source image; valid until the next call.</param>
    /// <returns>False when the bytes are not what any value of the source becomes.</returns>
    bool TryDecode(ReadOnlySpan<byte> image, out ReadOnlySpan<byte> decoded);
}

/// <summary>What a reader reads a table for.</summary>
public enum ReadPurpose
{
    /// <summary>To copy: generated columns are left out, the target computes them; rows in quarantine are left out.</summary>
    Copy,

    /// <summary>To verify: every column; rows in quarantine are left out and counted.</summary>
    Verify,

    /// <summary>Only the rows in quarantine, raw: row number, reason, storage classes, and each value's bytes.</summary>
    Quarantine,
}

/// <summary>Reads a source's rows into row images. Used by one thread.</summary>
public interface IRowReader : IDisposable
{
    /// <summary>Encodes the rows of a range, in the order of their row numbers.</summary>
    /// <returns>Rows left out because they are in quarantine.</returns>
    long Read(RowIdRange range, RowImageBuffer buffer, IRowVisitor visitor, CancellationToken cancellation);
}

/// <summary>An opened source: one snapshot for every reader.</summary>
public interface IRowSource
{
    IRowReader OpenReader(TablePlan table, ReadPurpose purpose);

    ISecondDecoder CreateSecondDecoder(TablePlan table);

    /// <summary>Whether anyone has written to the source since it was opened.</summary>
    bool HasChanged();

    /// <summary>What rows of the target go through before they are digested; null where they are digested as they are.</summary>
    IRowOpener? CreateOpener(TablePlan table) => null;

    /// <summary>Told what is in the target, before anything of it is read.</summary>
    void Know(ILookup<string, CopiedRange> ranges)
    {
    }

    /// <summary>Called before a range is copied; what it gives back is disposed of once the range has committed, or has not. Null where nothing needs to be held so long.</summary>
    ValueTask<IRangeWrite?> BeginRangeAsync(TablePlan table, int ordinal, CancellationToken cancellation) => ValueTask.FromResult<IRangeWrite?>(null);
}

/// <summary>Turns rows of the target into what is digested, where what is stored of a value is another each time. Used by one thread.</summary>
public interface IRowOpener
{
    /// <param name="image">The row's fields, without the field count.</param>
    /// <returns>Fields likewise; valid until the next call.</returns>
    ReadOnlySpan<byte> Open(ReadOnlySpan<byte> image);
}

/// <summary>A range that is being written.</summary>
public interface IRangeWrite : IDisposable
{
    /// <summary>The keys under which its values are computed, to be kept with it.</summary>
    string Keys { get; }
}
