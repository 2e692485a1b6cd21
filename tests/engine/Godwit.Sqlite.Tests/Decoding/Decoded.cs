using Godwit.Model.Values;
using Godwit.Sqlite.Decoding;

namespace Godwit.Sqlite.Tests.Decoding;

internal static class Decoded
{
    /// <summary>Holds the decoder's answer for one field against what SQLite must have stored.</summary>
    public static void Gives(object? expected, string hex, ValueMapping mapping, TargetType type, Affinity affinity = Affinity.Blob) =>
        Assert.Equal(Convert.ToHexString(Images.Of(expected)), Convert.ToHexString(Decode(Images.Field(Hex(hex)), mapping, type, affinity)));

    public static void IsRefused(string hex, ValueMapping mapping, TargetType type, Affinity affinity = Affinity.Blob)
    {
        var refusal = Assert.Throws<UndecodableException>(() => Decode(Images.Field(Hex(hex)), mapping, type, affinity));
        Assert.Equal("c", refusal.Column);
        Assert.NotEmpty(refusal.Reason);
    }

    public static byte[] Decode(ReadOnlySpan<byte> tuple, ValueMapping mapping, TargetType type, Affinity affinity = Affinity.Blob)
    {
        var image = new SourceImage();
        new InverseDecoder([Plans.Column(mapping, type, affinity)]).Decode(tuple, image);
        return image.Bytes.ToArray();
    }

    public static byte[] Hex(string hex) => Convert.FromHexString(hex.Replace(" ", ""));
}
