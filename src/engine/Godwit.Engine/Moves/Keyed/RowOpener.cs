using Godwit.Engine.Rows;
using Godwit.Security.Fields;

namespace Godwit.Engine.Moves.Keyed;

/// <summary>Turns row images of the target into what is digested: encrypted values are opened. One that does not open stands apart from every value, the bytes that are stored among them.</summary>
internal sealed class RowOpener : IRowOpener
{
    private readonly KeyedTable _table;
    private readonly RowFields _fields;
    private readonly RowFieldWriter _writer = new();
    private readonly Dictionary<int, RowKeyReader> _keys = [];
    private byte[] _value = new byte[512];

    public RowOpener(KeyedTable table)
    {
        _table = table;
        _fields = new RowFields(table.Plan.Columns.Count);
        foreach (var (place, column) in table.Encrypted) _keys[place] = new RowKeyReader(table.Plan, column.Row, c => c);
    }

    public ReadOnlySpan<byte> Open(ReadOnlySpan<byte> image)
    {
        _fields.Read(image);
        _writer.Clear();
        for (var i = 0; i < _fields.Count; i++)
        {
            if (_fields.IsNull(i)) _writer.Null();
            else if (_table.Encrypted.TryGetValue(i, out var column)) Write(column.Cipher, _fields.Of(image, i), _keys[i].Read(_fields, image));
            else _writer.Field(_fields.Of(image, i));
        }
        return _writer.Written;
    }

    private void Write(FieldCipher cipher, ReadOnlySpan<byte> blob, ReadOnlySpan<byte> rowKey)
    {
        var opened = Decrypt(cipher, blob, rowKey);
        var value = opened < 0 ? blob : _value.AsSpan(0, opened);
        var field = _writer.Field(value.Length + 1);
        field[0] = opened < 0 ? RowSealer.Unreadable : RowSealer.Opened;
        value.CopyTo(field[1..]);
    }

    /// <returns>The value's length; -1 where it does not open.</returns>
    private int Decrypt(FieldCipher cipher, ReadOnlySpan<byte> blob, ReadOnlySpan<byte> rowKey)
    {
        if (rowKey.IsEmpty) return -1;
        if (_value.Length < blob.Length) _value = new byte[blob.Length * 2];
        try
        {
            return cipher.Decrypt(blob, rowKey, _value);
        }
        catch (FieldUnreadableException)
        {
            return -1;
        }
    }
}
