using System.Text;

namespace Godwit.Redis.Clusters;

/// <summary>
/// Where a cluster keeps a key: CRC16 (XMODEM) of the key, or of what is between its first <c>{</c> and the <c>}</c> after it where that is not empty, modulo 16384
/// (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/). Keys that one command or script names together have to have one slot.
/// </summary>
public static class HashSlot
{
    public const int Count = 16384;

    private static readonly ushort[] s_table = Table();

    public static int Of(string key) => Of(Encoding.UTF8.GetBytes(key));

    public static int Of(ReadOnlySpan<byte> key)
    {
        var open = key.IndexOf((byte)'{');
        if (open >= 0)
        {
            var tagged = key[(open + 1)..];
            if (tagged.IndexOf((byte)'}') is > 0 and var length)
                key = tagged[..length];
        }
        ushort crc = 0;
        foreach (var b in key)
            crc = (ushort)((crc << 8) ^ s_table[(crc >> 8) ^ b]);
        return crc % Count;
    }

    /// <summary>Whether one command may name all these keys in a cluster.</summary>
    public static bool IsOne(params ReadOnlySpan<string> keys)
    {
        for (var i = 1; i < keys.Length; i++)
        {
            if (Of(keys[i]) != Of(keys[0]))
                return false;
        }
        return true;
    }

    private static ushort[] Table()
    {
        var table = new ushort[256];
        for (var i = 0; i < 256; i++)
        {
            var crc = (ushort)(i << 8);
            for (var bit = 0; bit < 8; bit++)
                crc = (ushort)((crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1);
            table[i] = crc;
        }
        return table;
    }
}
