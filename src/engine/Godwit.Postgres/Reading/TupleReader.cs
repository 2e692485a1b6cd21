using System.Buffers;
using System.Buffers.Binary;
using Godwit.Engine.Moves;
using Godwit.Engine.Rows;

namespace Godwit.Postgres.Reading;

/// <summary>
/// Cuts the stream of COPY … TO STDOUT (FORMAT binary) into tuples. One buffer, reused; a tuple larger than it is hashed as it passes and not held,
/// unless whole tuples are asked for: the buffer then grows to the largest.
/// </summary>
internal sealed class TupleReader(Stream stream, UInt128 key, bool whole)
{
    private const int HeaderBytes = 19;
    private const int CountBytes = 2;

    // Shared: a table is often far smaller than the buffer, and there may be thousands of them.
    private byte[] _buffer = [];
    private SipHash _hash = new(key);
    private int _start;
    private int _end;

    /// <summary>Visits every tuple.</summary>
    /// <exception cref="InvalidDataException">The stream is not what the server's protocol promises.</exception>
    public void ReadAll(ITupleVisitor visitor, CancellationToken cancellation)
    {
        var shared = ArrayPool<byte>.Shared.Rent(RowImageBuffer.Capacity);
        _buffer = shared;
        try
        {
            ReadTuples(visitor, cancellation);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(shared);
        }
    }

    private void ReadTuples(ITupleVisitor visitor, CancellationToken cancellation)
    {
        Need(HeaderBytes);
        _start += HeaderBytes;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            Need(CountBytes);
            var fields = BinaryPrimitives.ReadInt16BigEndian(_buffer.AsSpan(_start));
            _start += CountBytes;
            if (fields == -1) return;
            ReadTuple(fields, visitor);
        }
    }

    private void ReadTuple(int fields, ITupleVisitor visitor)
    {
        var length = 0;
        for (var i = 0; i < fields; i++)
        {
            if (!TryHold(length + 4))
            {
                ReadLarge(fields - i, length, visitor);
                return;
            }
            var field = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start + length));
            length += 4;
            if (field <= 0) continue;
            if (!TryHold(length + (long)field))
            {
                ReadLarge(fields - i, length - 4, visitor);
                return;
            }
            length += field;
        }
        visitor.Visit(_buffer.AsSpan(_start, length));
        _start += length;
    }

    /// <summary>A tuple that does not fit: the first <paramref name="held"/> bytes are here, <paramref name="fields"/> fields are to come.</summary>
    private void ReadLarge(int fields, int held, ITupleVisitor visitor)
    {
        _hash.Start();
        // The key stands at the beginning of nearly every row; that much is kept to name the row by.
        var beginning = _buffer.AsSpan(_start, Math.Min(held, 256)).ToArray();
        Pass(held);
        for (var i = 0; i < fields; i++)
        {
            Need(4);
            var field = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start));
            Pass(4);
            for (var left = Math.Max(field, 0); left > 0;)
            {
                Need(1);
                var part = Math.Min(left, _end - _start);
                Pass(part);
                left -= part;
            }
        }
        visitor.VisitLarge(_hash.Finish(), beginning);
    }

    private void Pass(int bytes)
    {
        _hash.Append(_buffer.AsSpan(_start, bytes));
        _start += bytes;
    }

    private void Need(int bytes)
    {
        if (!TryHold(bytes)) throw new InvalidDataException("the server's COPY stream holds a field longer than the buffer where none can be");
    }

    /// <summary>Reads until the buffer holds so many bytes from the start; false when it cannot.</summary>
    private bool TryHold(long bytes)
    {
        if (_end - _start >= bytes) return true;
        if (bytes > _buffer.Length)
        {
            if (!whole || bytes > Array.MaxLength) return false;
            Array.Resize(ref _buffer, (int)Math.Min(Math.Max(bytes, _buffer.Length * 2L), Array.MaxLength));
        }
        if (_start + bytes > _buffer.Length)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }
        while (_end - _start < bytes)
        {
            var read = stream.Read(_buffer, _end, _buffer.Length - _end);
            if (read == 0) throw new InvalidDataException("the server's COPY stream ends within a row");
            _end += read;
        }
        return true;
    }
}
