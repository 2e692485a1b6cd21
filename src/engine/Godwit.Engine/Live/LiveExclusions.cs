using System.Buffers.Binary;
using Godwit.Engine.Rows;

namespace Godwit.Engine.Live;

/// <summary>
/// Rows that one side has left out of a verification because they have changed since, by the hash of their key's image, so that the other side leaves out the same.
/// They are verified with the delta that brings them over.
/// </summary>
public sealed class LiveExclusions
{
    private const int MostOnStack = 1024;

    private readonly UInt128 _key = SipHash.Key(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));
    private readonly Dictionary<string, HashSet<UInt128>> _left = new(StringComparer.Ordinal);
    private readonly HashSet<string> _whole = new(StringComparer.Ordinal);

    public long Count
    {
        get
        {
            lock (_left) return _left.Values.Sum(l => (long)l.Count);
        }
    }

    public bool IsEmpty(LiveTable table)
    {
        lock (_left) return !_left.ContainsKey(table.Plan.TargetName) && !_whole.Contains(table.Plan.TargetName);
    }

    /// <summary>Leaves out every row of a table whose rows cannot be told apart: it goes over, and is compared, as a whole.</summary>
    public void AddWhole(LiveTable table)
    {
        lock (_left) _whole.Add(table.Plan.TargetName);
    }

    /// <param name="table">Whose row.</param>
    /// <param name="key">The key's fields, each its length and its bytes, without a field count.</param>
    public void Add(LiveTable table, ReadOnlySpan<byte> key)
    {
        var hash = SipHash.Hash(_key, key);
        lock (_left)
        {
            if (!_left.TryGetValue(table.Plan.TargetName, out var left)) _left.Add(table.Plan.TargetName, left = []);
            left.Add(hash);
        }
    }

    /// <summary>Whether a row of the target is one of them. Not while another thread adds to them.</summary>
    /// <param name="table">Whose row.</param>
    /// <param name="image">All columns of the plan.</param>
    public bool Contains(LiveTable table, ReadOnlySpan<byte> image)
    {
        if (_whole.Contains(table.Plan.TargetName)) return true;
        if (!_left.TryGetValue(table.Plan.TargetName, out var left)) return false;
        if (table.Key is [var only]) return left.Contains(SipHash.Hash(_key, FieldAt(image, only)));
        // Of one row at a time, and seldom long.
        var key = image.Length <= MostOnStack ? stackalloc byte[image.Length] : new byte[image.Length];
        var length = 0;
        foreach (var column in table.Key)
        {
            var field = FieldAt(image, column);
            field.CopyTo(key[length..]);
            length += field.Length;
        }
        return left.Contains(SipHash.Hash(_key, key[..length]));
    }

    private static ReadOnlySpan<byte> FieldAt(ReadOnlySpan<byte> image, int column)
    {
        for (; column > 0; column--) image = image[FieldLength(image)..];
        return image[..FieldLength(image)];
    }

    private static int FieldLength(ReadOnlySpan<byte> image) => sizeof(int) + Math.Max(0, BinaryPrimitives.ReadInt32BigEndian(image));
}
