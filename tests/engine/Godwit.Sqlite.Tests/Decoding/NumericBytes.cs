using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace Godwit.Sqlite.Tests.Decoding;

/// <summary>numeric's bytes by plain long division: slow, and nothing like the decoder.</summary>
internal static class NumericBytes
{
    public static byte[] Of(string text)
    {
        var parts = text.TrimStart('-').Split('E');
        var exponent = parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0;
        var point = parts[0].IndexOf('.');
        if (point >= 0) exponent -= parts[0].Length - point - 1;
        var number = BigInteger.Parse(parts[0].Replace(".", ""), CultureInfo.InvariantCulture);
        var scale = Math.Max(0, -exponent);
        var groupsAfterPoint = (scale + 3) / 4;
        number *= BigInteger.Pow(10, exponent + groupsAfterPoint * 4);

        var groups = new List<ushort>();
        for (; number > 0; number /= 10_000) groups.Insert(0, (ushort)(number % 10_000));
        var weight = groups.Count - groupsAfterPoint - 1;
        while (groups.Count > 0 && groups[^1] == 0) groups.RemoveAt(groups.Count - 1);

        var bytes = new byte[8 + groups.Count * 2];
        ushort[] fields = [(ushort)groups.Count, (ushort)weight, text[0] == '-' ? (ushort)0x4000 : (ushort)0, (ushort)scale, .. groups];
        for (var i = 0; i < fields.Length; i++) BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(i * 2), fields[i]);
        return bytes;
    }
}
