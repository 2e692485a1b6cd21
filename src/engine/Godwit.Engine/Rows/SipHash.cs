using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Godwit.Engine.Rows;

/// <summary>
/// SipHash-2-4 with 128-bit output (https://github.com/veorq/SipHash): a keyed hash whose collisions nobody without the key can construct, and fast
/// on the short rows that tables are made of. The 16 output bytes are read as a little-endian number.
/// </summary>
public struct SipHash
{
    private readonly ulong _k0;
    private readonly ulong _k1;
    private ulong _v0, _v1, _v2, _v3;
    private ulong _tail;
    private long _length;

    public SipHash(UInt128 key)
    {
        _k0 = (ulong)key;
        _k1 = (ulong)(key >> 64);
        Start();
    }

    /// <summary>A key from its 16 bytes, little-endian as in SipHash's own vectors.</summary>
    public static UInt128 Key(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..16]), BinaryPrimitives.ReadUInt64LittleEndian(bytes));

    /// <summary>The hash of one message.</summary>
    public static UInt128 Hash(UInt128 key, ReadOnlySpan<byte> message)
    {
        var k0 = (ulong)key;
        var k1 = (ulong)(key >> 64);
        var v0 = k0 ^ 0x736f6d6570736575;
        var v1 = k1 ^ 0x646f72616e646f6d ^ 0xee;
        var v2 = k0 ^ 0x6c7967656e657261;
        var v3 = k1 ^ 0x7465646279746573;
        ref var p = ref MemoryMarshal.GetReference(message);
        var whole = message.Length & ~7;
        for (var i = 0; i < whole; i += 8)
        {
            var m = Little(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref p, i)));
            v3 ^= m;
            Round(ref v0, ref v1, ref v2, ref v3);
            Round(ref v0, ref v1, ref v2, ref v3);
            v0 ^= m;
        }
        var last = (ulong)message.Length << 56 | Tail(message[whole..]);
        v3 ^= last;
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        v0 ^= last;
        return Finish(v0, v1, v2, v3);
    }

    /// <summary>Bytes appended so far.</summary>
    public readonly long Length => _length;

    /// <summary>Begins a message that comes in parts; <see cref="Append"/> them, then <see cref="Finish()"/>.</summary>
    public void Start()
    {
        _v0 = _k0 ^ 0x736f6d6570736575;
        _v1 = _k1 ^ 0x646f72616e646f6d ^ 0xee;
        _v2 = _k0 ^ 0x6c7967656e657261;
        _v3 = _k1 ^ 0x7465646279746573;
        _tail = 0;
        _length = 0;
    }

    public void Append(ReadOnlySpan<byte> part)
    {
        var pending = (int)(_length & 7);
        _length += part.Length;
        if (pending != 0)
        {
            var take = Math.Min(8 - pending, part.Length);
            _tail |= Tail(part[..take]) << (pending * 8);
            part = part[take..];
            if (pending + take < 8) return;
            Mix(_tail);
            _tail = 0;
        }
        while (part.Length >= 8)
        {
            Mix(BinaryPrimitives.ReadUInt64LittleEndian(part));
            part = part[8..];
        }
        _tail = Tail(part);
    }

    public UInt128 Finish()
    {
        Mix((ulong)_length << 56 | _tail);
        return Finish(_v0, _v1, _v2, _v3);
    }

    private void Mix(ulong m)
    {
        _v3 ^= m;
        Round(ref _v0, ref _v1, ref _v2, ref _v3);
        Round(ref _v0, ref _v1, ref _v2, ref _v3);
        _v0 ^= m;
    }

    private static UInt128 Finish(ulong v0, ulong v1, ulong v2, ulong v3)
    {
        v2 ^= 0xee;
        for (var i = 0; i < 4; i++) Round(ref v0, ref v1, ref v2, ref v3);
        var low = v0 ^ v1 ^ v2 ^ v3;
        v1 ^= 0xdd;
        for (var i = 0; i < 4; i++) Round(ref v0, ref v1, ref v2, ref v3);
        return new UInt128(v0 ^ v1 ^ v2 ^ v3, low);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v0 += v1;
        v2 += v3;
        v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
        v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
        v0 = BitOperations.RotateLeft(v0, 32);
        v2 += v1;
        v0 += v3;
        v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
        v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
        v2 = BitOperations.RotateLeft(v2, 32);
    }

    private static ulong Tail(ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (var i = 0; i < bytes.Length; i++) value |= (ulong)bytes[i] << (8 * i);
        return value;
    }

    private static ulong Little(ulong value) => BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
}
