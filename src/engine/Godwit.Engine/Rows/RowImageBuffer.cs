using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Godwit.Engine.Invariants;

namespace Godwit.Engine.Rows;

/// <summary>Where full buffers of row images go.</summary>
public interface IRowImageSink
{
    /// <summary>Takes whole bytes of the COPY stream. The span is valid only during the call.</summary>
    void Write(ReadOnlySpan<byte> bytes);
}

/// <summary>
/// Row images under construction: the tuples of PostgreSQL's binary COPY (https://www.postgresql.org/docs/current/sql-copy.html, "Tuples"), hashed as
/// each one is finished. Encoders write straight through <see cref="Reserve"/>; nothing else touches the bytes before the socket.
/// A full buffer goes to the sink while the next one is filled. A row larger than the buffer is hashed and sent in parts, so memory does
/// not grow with the row.
/// </summary>
public sealed unsafe class RowImageBuffer : IDisposable
{
    /// <summary>Bytes of one buffer.</summary>
    public const int Capacity = 1 << 20;

    private const int FieldCountBytes = 2;

    private readonly IRowImageSink? _sink;
    private readonly UInt128 _key;
    private readonly bool _hashing;
    private byte* _buffer;
    private byte* _spare;
    private byte* _end;
    private byte* _position;
    private byte* _rowStart;
    private Task? _sending;
    private SipHash _streamed;
    private bool _streaming;
    private bool _firstPart;

    /// <param name="key">The run's hash key.</param>
    /// <param name="sink">Where the bytes go; null to hash only.</param>
    /// <param name="hashing">False only to measure what hashing costs.</param>
    public RowImageBuffer(UInt128 key, IRowImageSink? sink, bool hashing = true)
    {
        _key = key;
        _sink = sink;
        _hashing = hashing;
        _streamed = new SipHash(key);
        _buffer = (byte*)NativeMemory.Alloc(Capacity);
        _spare = sink is null ? null : (byte*)NativeMemory.Alloc(Capacity);
        _position = _rowStart = _buffer;
        _end = _buffer + Capacity;
    }

    /// <summary>Bytes handed on so far.</summary>
    public long BytesSent { get; private set; }

    public void BeginRow(int fields)
    {
        if (_sink is null) _position = _buffer;
        _rowStart = _position;
        var p = Reserve(FieldCountBytes);
        BinaryPrimitives.WriteInt16BigEndian(new Span<byte>(p, FieldCountBytes), (short)fields);
        Advance(FieldCountBytes);
    }

    /// <summary>Finishes the row.</summary>
    /// <returns>Its keyed hash, over everything but the field count.</returns>
    public UInt128 EndRow()
    {
        if (_streaming) return EndStreamedRow();
        RowBytes = _position - _rowStart - FieldCountBytes;
        if (!_hashing) return default;
        var image = new ReadOnlySpan<byte>(_rowStart + FieldCountBytes, (int)(_position - _rowStart) - FieldCountBytes);
        return SipHash.Hash(_key, image);
    }

    /// <summary>Takes back the row at hand, which cannot be encoded. False where its beginning has been sent already.</summary>
    public bool TryAbandonRow()
    {
        if (_streaming) return false;
        _position = _rowStart;
        return true;
    }

    /// <summary>Bytes of the row just ended, without its field count.</summary>
    public long RowBytes { get; private set; }

    /// <summary>The bytes of the row just ended; only valid right after <see cref="EndRow"/>, and false for a row that was sent in parts.</summary>
    public bool TryGetRow(out ReadOnlySpan<byte> image)
    {
        image = default;
        if (_rowStart is null) return false;
        image = new ReadOnlySpan<byte>(_rowStart + FieldCountBytes, (int)(_position - _rowStart) - FieldCountBytes);
        return true;
    }

    /// <summary>At least <paramref name="bytes"/> contiguous bytes (at most <see cref="Capacity"/>) to write to; then <see cref="Advance"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Reserve(int bytes)
    {
        if (_end - _position < bytes) MakeRoom(bytes);
        return _position;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance(int bytes) => _position += bytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteNull()
    {
        Unsafe.WriteUnaligned(Reserve(4), -1);
        Advance(4);
    }

    /// <summary>A field: its length, then its bytes, however many.</summary>
    public void WriteField(byte* bytes, int length)
    {
        if (length <= Capacity / 2)
        {
            var p = Reserve(4 + length);
            Unsafe.WriteUnaligned(p, BinaryPrimitives.ReverseEndianness(length));
            Unsafe.CopyBlockUnaligned(p + 4, bytes, (uint)length);
            Advance(4 + length);
            return;
        }
        Unsafe.WriteUnaligned(Reserve(4), BinaryPrimitives.ReverseEndianness(length));
        Advance(4);
        WriteLarge(bytes, length);
    }

    /// <summary>Bytes of the row, field lengths included, as somebody else has made them; however many, and in any parts.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes) WriteLarge(first, bytes.Length);
    }

    /// <summary>Hands on what is left and waits until the sink has it all.</summary>
    public void Complete()
    {
        Invariant.Holds(!_streaming, "a row was not ended");
        Send((int)(_position - _buffer));
        Wait();
        _position = _rowStart = _buffer;
    }

    private void WriteLarge(byte* bytes, int length)
    {
        while (length > 0)
        {
            if (_position == _end) MakeRoom(1);
            var part = (int)Math.Min(length, _end - _position);
            Unsafe.CopyBlockUnaligned(_position, bytes, (uint)part);
            Advance(part);
            bytes += part;
            length -= part;
        }
    }

    private UInt128 EndStreamedRow()
    {
        HashPart();
        RowBytes = _streamed.Length;
        _streaming = false;
        // What is left of the row belongs to the sink; the next row begins after it.
        _rowStart = null;
        return _hashing ? _streamed.Finish() : default;
    }

    private void HashPart()
    {
        var skip = _firstPart ? FieldCountBytes : 0;
        _firstPart = false;
        _streamed.Append(new ReadOnlySpan<byte>(_rowStart + skip, (int)(_position - _rowStart) - skip));
    }

    private void MakeRoom(int bytes)
    {
        Invariant.Holds(bytes <= Capacity, "a reservation is larger than the buffer");
        var partial = (int)(_position - _rowStart);
        if (!_streaming && partial + bytes <= Capacity)
        {
            MoveOn(partial);
            return;
        }
        if (!_streaming)
        {
            _streaming = _firstPart = true;
            _streamed.Start();
        }
        HashPart();
        _rowStart = _position;
        MoveOn(0);
    }

    /// <summary>Sends everything before the last <paramref name="keep"/> bytes, which begin the next buffer.</summary>
    private void MoveOn(int keep)
    {
        var full = (int)(_position - _buffer) - keep;
        if (_sink is null)
        {
            if (keep > 0) Buffer.MemoryCopy(_position - keep, _buffer, Capacity, keep);
            BytesSent += full;
        }
        else
        {
            Wait();
            if (keep > 0) Unsafe.CopyBlockUnaligned(_spare, _position - keep, (uint)keep);
            Send(full);
            var sent = _buffer;
            _buffer = _spare;
            _spare = sent;
        }
        _end = _buffer + Capacity;
        _rowStart = _buffer;
        _position = _buffer + keep;
    }

    private void Send(int bytes)
    {
        Wait();
        BytesSent += bytes;
        if (_sink is null || bytes == 0) return;
        var from = (nint)_buffer;
        _sending = Task.Run(() => _sink.Write(new ReadOnlySpan<byte>((void*)from, bytes)));
    }

    private void Wait()
    {
        var sending = _sending;
        _sending = null;
        sending?.GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        // Memory that the sink still reads must not go away under it; its own fault was or will be seen by the caller.
        if (_sending is { } sending) ((IAsyncResult)sending).AsyncWaitHandle.WaitOne();
        _sending = null;
        NativeMemory.Free(_buffer);
        NativeMemory.Free(_spare);
        _buffer = _spare = null;
    }
}
