using System.Numerics;

namespace Godwit.Identity.Passwords;

/// <summary>
/// A set of 64-bit keys in 29.5 bits each that knows every member, and takes one other key in 2^24 (6e-8) for a member: three slots of 24 bits, whose exclusive or is the key's fingerprint
/// (Graf and Lemire, "Xor Filters: Faster and Smaller Than Bloom and Cuckoo Filters", 2020).
/// </summary>
internal static class XorFilter
{
    /// <summary>Bytes of a slot.</summary>
    public const int SlotBytes = 3;

    private const uint FingerprintMask = 0xffffff;

    /// <summary>Slots in each of the three blocks for so many keys.</summary>
    public static int BlockLength(int keys) => keys == 0 ? 0 : (int)((32 + Math.Ceiling(1.23 * keys)) / 3) + 1;

    /// <param name="keys">Distinct.</param>
    /// <returns>The slots, and the seed with which they were placed; the same for the same keys.</returns>
    public static (byte[] Slots, ulong Seed) Build(ReadOnlySpan<ulong> keys)
    {
        var block = BlockLength(keys.Length);
        for (ulong seed = 1; ; seed++)
        {
            // Each seed fails once in many; that a hundred do means that keys are not distinct.
            if (seed > 100) throw new ArgumentException("the keys are not distinct", nameof(keys));
            if (TryPlace(keys, block, Mix(seed), out var order)) return (Fill(order, block), Mix(seed));
        }
    }

    public static bool Contains(ReadOnlySpan<byte> slots, ulong seed, ulong key)
    {
        if (slots.IsEmpty) return false;
        var block = slots.Length / SlotBytes / 3;
        var hash = Mix(key + seed);
        var (a, b, c) = Places(hash, block);
        return (Slot(slots, a) ^ Slot(slots, b) ^ Slot(slots, c)) == Fingerprint(hash);
    }

    /// <summary>Takes keys away one by one that are alone in a slot, until none is left; in the reverse of that order each has a slot to itself.</summary>
    private static bool TryPlace(ReadOnlySpan<ulong> keys, int block, ulong seed, out List<(ulong Hash, int Place)> order)
    {
        var counts = new int[3 * block];
        var sums = new ulong[3 * block];
        foreach (var key in keys) Toggle(Mix(key + seed), 1);
        order = new List<(ulong, int)>(keys.Length);
        var alone = new Stack<int>();
        for (var place = 0; place < counts.Length; place++) if (counts[place] == 1) alone.Push(place);
        while (alone.TryPop(out var place))
        {
            if (counts[place] != 1) continue;
            var hash = sums[place];
            order.Add((hash, place));
            Toggle(hash, -1);
            var (a, b, c) = Places(hash, block);
            if (counts[a] == 1) alone.Push(a);
            if (counts[b] == 1) alone.Push(b);
            if (counts[c] == 1) alone.Push(c);
        }
        return order.Count == keys.Length;

        void Toggle(ulong hash, int by)
        {
            var (a, b, c) = Places(hash, block);
            (counts[a], counts[b], counts[c]) = (counts[a] + by, counts[b] + by, counts[c] + by);
            (sums[a], sums[b], sums[c]) = (sums[a] ^ hash, sums[b] ^ hash, sums[c] ^ hash);
        }
    }

    private static byte[] Fill(List<(ulong Hash, int Place)> order, int block)
    {
        var slots = new byte[3 * block * SlotBytes];
        for (var i = order.Count - 1; i >= 0; i--)
        {
            var (hash, place) = order[i];
            var (a, b, c) = Places(hash, block);
            // The place itself is still zero.
            var value = Fingerprint(hash) ^ Slot(slots, a) ^ Slot(slots, b) ^ Slot(slots, c);
            (slots[place * SlotBytes], slots[(place * SlotBytes) + 1], slots[(place * SlotBytes) + 2]) = ((byte)value, (byte)(value >> 8), (byte)(value >> 16));
        }
        return slots;
    }

    private static (int A, int B, int C) Places(ulong hash, int block) =>
        (Reduce((uint)hash, block), block + Reduce((uint)BitOperations.RotateLeft(hash, 21), block), (2 * block) + Reduce((uint)BitOperations.RotateLeft(hash, 42), block));

    private static int Reduce(uint hash, int length) => (int)(((ulong)hash * (uint)length) >> 32);

    private static uint Slot(ReadOnlySpan<byte> slots, int place) => slots[place * SlotBytes] | ((uint)slots[(place * SlotBytes) + 1] << 8) | ((uint)slots[(place * SlotBytes) + 2] << 16);

    private static uint Fingerprint(ulong hash) => (uint)(hash ^ (hash >> 32)) & FingerprintMask;

    // The finalizer of MurmurHash3, public domain: every bit of the key moves every bit of the hash.
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 33)) * 0xff51afd7ed558ccdUL;
        value = (value ^ (value >> 33)) * 0xc4ceb9fe1a85ec53UL;
        return value ^ (value >> 33);
    }
}
