using System.Buffers.Binary;
using Godwit.Model.Moves;

namespace Godwit.Sqlite.Decoding;

/// <summary>
/// The second decoder: from a row of the target, as <c>COPY … (FORMAT binary)</c> gives it, back to what SQLite must have stored.
/// It guards the encoder and so shares nothing with it; both follow the text of <see cref="Godwit.Model.Values.MappingKind"/>.
/// An instance keeps no state between rows and may be used by many threads.
/// </summary>
public sealed class InverseDecoder
{
    private readonly ValueInverse[] _columns;

    public InverseDecoder(IReadOnlyList<ColumnPlan> columns) => _columns = [.. columns.Select(ValueInverse.For)];

    /// <summary>Adds one row's values to <paramref name="image"/>.</summary>
    /// <param name="tuple">The fields, each a big-endian 32-bit length (-1 for NULL) and its bytes; without the 16-bit count before them.</param>
    /// <exception cref="UndecodableException">The bytes are not what a value of the source becomes; the image then ends anywhere in the row.</exception>
    public void Decode(ReadOnlySpan<byte> tuple, SourceImage image)
    {
        foreach (var column in _columns)
        {
            if (tuple.Length < sizeof(int)) throw column.Refusal("the row ends before it");
            var length = BinaryPrimitives.ReadInt32BigEndian(tuple);
            tuple = tuple[sizeof(int)..];
            if (length == -1)
            {
                image.AddNull();
                continue;
            }
            if (length < 0) throw column.Refusal("its length is negative");
            if (length > tuple.Length) throw column.Refusal("the row ends within it");
            column.Decode(tuple[..length], image);
            tuple = tuple[length..];
        }
        if (!tuple.IsEmpty) throw new UndecodableException(null, "bytes follow the last column");
    }
}
