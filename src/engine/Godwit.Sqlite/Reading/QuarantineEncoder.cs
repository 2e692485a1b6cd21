using System.Buffers.Binary;
using System.Text;
using Godwit.Engine.Rows;
using Godwit.Model.Values;
using Godwit.Sqlite.Native;

namespace Godwit.Sqlite.Reading;

/// <summary>
/// A row of a quarantine table: its number, the reason, one letter of storage class for each value (<c>N I R T B</c>), then each value's bytes as
/// bytea: INTEGER and REAL as eight bytes big-endian, TEXT and BLOB as stored.
/// </summary>
/// <param name="first">Where the values begin in the statement.</param>
/// <param name="columns">How many they are.</param>
internal sealed unsafe class QuarantineEncoder(int first, int columns)
{
    public const int OwnColumns = 3;

    public UInt128 Encode(RowImageBuffer buffer, SqliteStatement statement, long rowNumber, string reason)
    {
        buffer.BeginRow(OwnColumns + columns);
        Span<byte> eight = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(eight, rowNumber);
        Write(buffer, eight);
        Write(buffer, Encoding.UTF8.GetBytes(reason));
        var letters = new byte[columns];
        for (var i = 0; i < columns; i++) letters[i] = "?IRTBN"u8[(int)statement.GetStorageClass(first + i)];
        Write(buffer, letters);
        for (var i = 0; i < columns; i++)
        {
            switch (statement.GetStorageClass(first + i))
            {
                case StorageClass.Null:
                    buffer.WriteNull();
                    break;
                case StorageClass.Integer:
                    BinaryPrimitives.WriteInt64BigEndian(eight, statement.GetInteger(first + i));
                    Write(buffer, eight);
                    break;
                case StorageClass.Real:
                    BinaryPrimitives.WriteDoubleBigEndian(eight, statement.GetReal(first + i));
                    Write(buffer, eight);
                    break;
                default:
                    Write(buffer, statement.GetBytes(first + i));
                    break;
            }
        }
        return buffer.EndRow();
    }

    private static void Write(RowImageBuffer buffer, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* p = bytes) buffer.WriteField(p, bytes.Length);
    }
}
