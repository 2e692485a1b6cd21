using System.Buffers.Binary;
using System.Text;
using Godwit.Engine.Rows;
using Godwit.Model.Moves;
using Godwit.Security.Fields;

namespace Godwit.Engine.Moves.Keyed;

/// <summary>
/// Opens encrypted values of a target's row a second way, and decodes the row by the source's own second decoder. It shares the cipher with what encrypts and nothing else: it cuts the row and
/// frames the row's key by itself, as docs/encrypting.md has it. What gives nothing back follows the decoded row as it is stored.
/// </summary>
internal sealed class KeyedSecondDecoder(ISecondDecoder plain, KeyedTable table) : ISecondDecoder
{
    private readonly RowFieldWriter _row = new();
    private readonly RowFieldWriter _decoded = new();

    public bool TryDecode(ReadOnlySpan<byte> image, out ReadOnlySpan<byte> decoded)
    {
        decoded = default;
        var fields = new List<(int Start, int Length)>(table.Plan.Columns.Count);
        for (var at = 0; at < image.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(image[at..]);
            fields.Add((at + sizeof(int), length));
            at += sizeof(int) + Math.Max(length, 0);
        }
        if (fields.Count != table.Plan.Columns.Count) return false;
        _row.Clear();
        for (var i = 0; i < fields.Count; i++)
        {
            if (table.OneWay.ContainsKey(i)) continue;
            var (start, length) = fields[i];
            if (length < 0) _row.Null();
            else if (!table.Encrypted.TryGetValue(i, out var column)) _row.Field(image.Slice(start, length));
            else if (KeyOf(image, fields, column.Row) is not { } key || Opened(column.Cipher, image.Slice(start, length), key) is not { } value) return false;
            else _row.Field(value);
        }
        if (!plain.TryDecode(_row.Written, out var stored)) return false;
        _decoded.Clear();
        _decoded.Raw(stored);
        for (var i = 0; i < fields.Count; i++)
        {
            if (!table.OneWay.ContainsKey(i)) continue;
            if (fields[i].Length < 0) _decoded.Null();
            else _decoded.Field(image.Slice(fields[i].Start, fields[i].Length));
        }
        decoded = _decoded.Written;
        return true;
    }

    private static byte[]? Opened(FieldCipher cipher, ReadOnlySpan<byte> blob, byte[] key)
    {
        try
        {
            return cipher.Decrypt(blob, key);
        }
        catch (FieldUnreadableException)
        {
            return null;
        }
    }

    private byte[]? KeyOf(ReadOnlySpan<byte> image, List<(int Start, int Length)> fields, IReadOnlyList<int> columns)
    {
        using var key = new MemoryStream();
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var column in columns)
        {
            if (fields[column].Length < 0) return null;
            var text = Printed(table.Plan.Columns[column], image.Slice(fields[column].Start, fields[column].Length));
            BinaryPrimitives.WriteInt32BigEndian(length, text.Length);
            key.Write(length);
            key.Write(text);
        }
        return key.ToArray();
    }

    /// <summary>A value of a key as PostgreSQL prints it: whole numbers of any width, UUIDs, bytes, text.</summary>
    private static byte[] Printed(ColumnPlan column, ReadOnlySpan<byte> value)
    {
        switch (column.Type.Sql)
        {
            case "smallint" or "integer" or "bigint":
                long number = (sbyte)value[0];
                foreach (var next in value[1..]) number = number << 8 | next;
                return Encoding.ASCII.GetBytes($"{number}");
            case "uuid":
                var digits = Convert.ToHexStringLower(value);
                return Encoding.ASCII.GetBytes($"{digits[..8]}-{digits[8..12]}-{digits[12..16]}-{digits[16..20]}-{digits[20..]}");
            case "bytea":
                return Encoding.ASCII.GetBytes($"\\x{Convert.ToHexStringLower(value)}");
            default:
                return value.ToArray();
        }
    }
}
