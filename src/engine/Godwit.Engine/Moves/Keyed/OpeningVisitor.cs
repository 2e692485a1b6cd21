using Godwit.Engine.Rows;

namespace Godwit.Engine.Moves.Keyed;

/// <summary>Hands rows of the target on as they are digested.</summary>
public sealed class OpeningVisitor(IRowOpener opener, ITupleVisitor visitor) : ITupleVisitor
{
    /// <summary>The visitor itself where nothing is to be opened.</summary>
    public static ITupleVisitor Before(ITupleVisitor visitor, IRowOpener? opener) => opener is null ? visitor : new OpeningVisitor(opener, visitor);

    public void Visit(ReadOnlySpan<byte> image) => visitor.Visit(opener.Open(image));

    public void VisitLarge(UInt128 hash, ReadOnlySpan<byte> beginning) => throw new InvalidOperationException("a row was not read in one piece");
}
