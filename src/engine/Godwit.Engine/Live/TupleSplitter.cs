using System.Buffers;
using System.Buffers.Binary;
using Godwit.Engine.Rows;

namespace Godwit.Engine.Live;

/// <summary>Takes the tuples of a binary COPY in pieces of any length and gives each one whole: for a side that has no COPY.</summary>
/// <param name="visit">Gets a tuple's fields without their count.</param>
public sealed class TupleSplitter(TupleVisit visit) : IRowImageSink
{
    private readonly ArrayBufferWriter<byte> _rest = new();

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (_rest.WrittenCount == 0)
        {
            _rest.Write(bytes[Split(bytes)..]);
            return;
        }
        _rest.Write(bytes);
        var taken = Split(_rest.WrittenSpan);
        if (taken == 0) return;
        var left = _rest.WrittenSpan[taken..].ToArray();
        _rest.ResetWrittenCount();
        _rest.Write(left);
    }

    /// <summary>Bytes of whole tuples at the beginning.</summary>
    private int Split(ReadOnlySpan<byte> bytes)
    {
        var start = 0;
        while (Length(bytes[start..]) is { } length)
        {
            visit(bytes.Slice(start + sizeof(short), length - sizeof(short)));
            start += length;
        }
        return start;
    }

    private static int? Length(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < sizeof(short)) return null;
        var end = sizeof(short);
        for (var field = BinaryPrimitives.ReadInt16BigEndian(bytes); field > 0; field--)
        {
            if (bytes.Length - end < sizeof(int)) return null;
            var length = BinaryPrimitives.ReadInt32BigEndian(bytes[end..]);
            end += sizeof(int);
            if (length <= 0) continue;
            if (bytes.Length - end < length) return null;
            end += length;
        }
        return end;
    }
}

/// <param name="image">The fields, each a big-endian 32-bit length (-1 for NULL) and its bytes; valid during the call.</param>
public delegate void TupleVisit(ReadOnlySpan<byte> image);
