using System.Buffers.Binary;
using Godwit.Model.Moves;
using Godwit.Model.Values;

namespace Godwit.Sqlite.Decoding;

internal sealed class IntegerInverse(ColumnPlan column) : ValueInverse(column)
{
    private readonly int _width = column.Type.Name switch
    {
        TypeName.Smallint => sizeof(short),
        TypeName.Integer => sizeof(int),
        _ => sizeof(long),
    };

    public override void Decode(ReadOnlySpan<byte> field, SourceImage image)
    {
        Expect(field, _width);
        image.AddInteger(_width switch
        {
            sizeof(short) => BinaryPrimitives.ReadInt16BigEndian(field),
            sizeof(int) => BinaryPrimitives.ReadInt32BigEndian(field),
            _ => BinaryPrimitives.ReadInt64BigEndian(field),
        });
    }
}
