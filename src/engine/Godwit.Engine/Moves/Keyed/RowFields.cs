using System.Buffers.Binary;

namespace Godwit.Engine.Moves.Keyed;

/// <summary>Where the fields of a row image are. Used again for row after row.</summary>
internal sealed class RowFields(int count)
{
    private readonly int[] _starts = new int[count];
    private readonly int[] _lengths = new int[count];

    public int Count => count;

    /// <exception cref="InvalidDataException">The image has not as many fields.</exception>
    public void Read(ReadOnlySpan<byte> image)
    {
        var offset = 0;
        for (var i = 0; i < count; i++)
        {
            if (image.Length - offset < sizeof(int)) throw Torn();
            _lengths[i] = BinaryPrimitives.ReadInt32BigEndian(image[offset..]);
            _starts[i] = offset += sizeof(int);
            if (_lengths[i] > image.Length - offset) throw Torn();
            offset += Math.Max(_lengths[i], 0);
        }
        if (offset != image.Length) throw Torn();
    }

    public bool IsNull(int field) => _lengths[field] < 0;

    /// <summary>A field's bytes; none for NULL.</summary>
    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> image, int field) => image.Slice(_starts[field], Math.Max(_lengths[field], 0));

    private static InvalidDataException Torn() => new("a row image has not the fields of its table");
}
