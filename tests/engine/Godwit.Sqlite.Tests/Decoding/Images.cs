using System.Buffers.Binary;
using System.Text;
using Godwit.Sqlite.Decoding;

namespace Godwit.Sqlite.Tests.Decoding;

/// <summary>Images of single values, and the fields of a binary row.</summary>
internal static class Images
{
    public static byte[] Of(object? value)
    {
        var image = new SourceImage();
        switch (value)
        {
            case null: image.AddNull(); break;
            case int i: image.AddInteger(i); break;
            case long l: image.AddInteger(l); break;
            case double d: image.AddReal(d); break;
            case string s: image.AddText(Encoding.UTF8.GetBytes(s)); break;
            case byte[] b: image.AddBlob(b); break;
            default: throw new ArgumentException("no storage class has such a value", nameof(value));
        }
        return image.Bytes.ToArray();
    }

    /// <summary>One field: its length and its bytes.</summary>
    public static byte[] Field(ReadOnlySpan<byte> bytes)
    {
        var field = new byte[sizeof(int) + bytes.Length];
        BinaryPrimitives.WriteInt32BigEndian(field, bytes.Length);
        bytes.CopyTo(field.AsSpan(sizeof(int)));
        return field;
    }
}
