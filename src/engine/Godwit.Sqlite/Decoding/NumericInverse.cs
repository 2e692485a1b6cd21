using System.Buffers;
using Godwit.Model.Moves;

namespace Godwit.Sqlite.Decoding;

/// <summary>A column of numeric: gives its value as exact decimal text to what the mapping makes of it.</summary>
internal abstract class NumericInverse(ColumnPlan column) : ValueInverse(column)
{
    public sealed override void Decode(ReadOnlySpan<byte> field, SourceImage image)
    {
        var numeric = WireNumeric.Read(field, out var fault);
        if (fault is not null) throw Refusal(fault);
        if (numeric.Infinity is { } infinity)
        {
            DecodeInfinity(infinity, image);
            return;
        }

        var rented = numeric.MaxTextLength > 512 ? ArrayPool<byte>.Shared.Rent(numeric.MaxTextLength) : null;
        var text = rented is null ? stackalloc byte[512] : rented;
        var length = numeric.Write(text, out var integral);
        Decode(text[..length], integral, image);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
    }

    protected abstract void DecodeInfinity(double infinity, SourceImage image);

    /// <param name="text">The exact value, with no digit that it does not need.</param>
    protected abstract void Decode(ReadOnlySpan<byte> text, bool integral, SourceImage image);
}
