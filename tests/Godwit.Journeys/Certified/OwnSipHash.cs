using System.Buffers.Binary;

namespace Godwit.Journeys.Certified;

/// <summary>SipHash-2-4 with 128 bits of output, written from its specification (https://www.aumasson.jp/siphash/siphash.pdf) a second time, plainly: what an auditor would write.</summary>
internal static class OwnSipHash
{
    public static UInt128 Hash(byte[] key, byte[] message)
    {
        ulong k0 = BinaryPrimitives.ReadUInt64LittleEndian(key), k1 = BinaryPrimitives.ReadUInt64LittleEndian(key.AsSpan(8));
        ulong[] v = [k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d ^ 0xee, k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573];
        var padded = new byte[message.Length / 8 * 8 + 8];
        message.CopyTo(padded, 0);
        padded[^1] = (byte)message.Length;
        for (var at = 0; at < padded.Length; at += 8)
        {
            var word = BinaryPrimitives.ReadUInt64LittleEndian(padded.AsSpan(at));
            v[3] ^= word;
            Rounds(v, 2);
            v[0] ^= word;
        }
        v[2] ^= 0xee;
        Rounds(v, 4);
        var low = v[0] ^ v[1] ^ v[2] ^ v[3];
        v[1] ^= 0xdd;
        Rounds(v, 4);
        return new UInt128(v[0] ^ v[1] ^ v[2] ^ v[3], low);
    }

    private static void Rounds(ulong[] v, int count)
    {
        for (var i = 0; i < count; i++)
        {
            v[0] += v[1];
            v[1] = ulong.RotateLeft(v[1], 13) ^ v[0];
            v[0] = ulong.RotateLeft(v[0], 32);
            v[2] += v[3];
            v[3] = ulong.RotateLeft(v[3], 16) ^ v[2];
            v[0] += v[3];
            v[3] = ulong.RotateLeft(v[3], 21) ^ v[0];
            v[2] += v[1];
            v[1] = ulong.RotateLeft(v[1], 17) ^ v[2];
            v[2] = ulong.RotateLeft(v[2], 32);
        }
    }
}
