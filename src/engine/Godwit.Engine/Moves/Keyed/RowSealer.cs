using Godwit.Engine.Rows;
using Godwit.Engine.Transforms;
using Godwit.Model.Moves;
using Godwit.Security.Fields;
using Godwit.Security.Keyring;

namespace Godwit.Engine.Moves.Keyed;

/// <summary>
/// Turns the row images of a source, with plain values in the place of keyed ones, into what is sent to the target or, to verify, into what is digested. An encrypted value is another each time,
/// so what is digested of it is the value; indexes and hashes are computed again under the keys of their range. Used by one thread.
/// </summary>
internal sealed class RowSealer : IDisposable
{
    /// <summary>Stands before the value of an encrypted column where it is digested: it opened.</summary>
    public const byte Opened = 1;

    /// <summary>The same: it did not, and what follows is what is stored.</summary>
    public const byte Unreadable = 0;

    /// <summary>Values that are counted before they are encrypted.</summary>
    private const int Batch = 4096;

    private const int Attempts = 8;

    private readonly KeyedTable _table;
    private readonly bool _encrypts;
    private readonly int[] _columns;
    private readonly RowFields _fields;
    private readonly RowFieldWriter _writer = new();
    private readonly Dictionary<int, RowKeyReader> _keys = [];
    private readonly Dictionary<int, (FieldReservation Reservation, int Left)> _reserved = [];

    /// <param name="table">The table.</param>
    /// <param name="purpose">To copy, or to verify.</param>
    public RowSealer(KeyedTable table, ReadPurpose purpose)
    {
        _table = table;
        _encrypts = purpose == ReadPurpose.Copy;
        _columns = [.. Enumerable.Range(0, table.Plan.Columns.Count).Where(i => !_encrypts || table.Plan.Columns[i].GeneratedSql is null)];
        _fields = new RowFields(_columns.Length);
        foreach (var (place, column) in table.Encrypted) _keys[place] = new RowKeyReader(table.Plan, column.Row, c => Array.IndexOf(_columns, c));
    }

    public int Fields => _columns.Length;

    /// <summary>Valid until the next call.</summary>
    /// <exception cref="UnsealableException">A value has no result.</exception>
    /// <exception cref="KeyringException">The key may not be used as often, or a key of the range is not at hand.</exception>
    public ReadOnlySpan<byte> Seal(ReadOnlySpan<byte> plain, RangeKeys keys)
    {
        _fields.Read(plain);
        _writer.Clear();
        for (var i = 0; i < _columns.Length; i++)
        {
            var value = _fields.Of(plain, i);
            if (_fields.IsNull(i)) _writer.Null();
            else if (_table.OneWay.TryGetValue(_columns[i], out var oneWay)) _writer.Field(Compute(oneWay, _columns[i], value, keys));
            else if (!_table.Encrypted.TryGetValue(_columns[i], out var encrypted)) _writer.Field(value);
            else if (_encrypts) Encrypt(_columns[i], encrypted.Cipher, value, _keys[_columns[i]].Read(_fields, plain));
            else
            {
                var field = _writer.Field(value.Length + 1);
                field[0] = Opened;
                value.CopyTo(field[1..]);
            }
        }
        return _writer.Written;
    }

    /// <summary>What is decoded a second way of columns that give nothing back: computed a second way, of the plain image at hand.</summary>
    public void AppendAgain(ReadOnlySpan<byte> plain, RangeKeys keys, RowFieldWriter into)
    {
        for (var i = 0; i < _columns.Length; i++)
        {
            if (!_table.OneWay.TryGetValue(_columns[i], out var oneWay)) continue;
            if (_fields.IsNull(i)) into.Null();
            else into.Field(oneWay.ComputeAgain(_fields.Of(plain, i), keys));
        }
    }

    private byte[] Compute(OneWayColumn column, int place, ReadOnlySpan<byte> value, RangeKeys keys)
    {
        try
        {
            return column.Compute(value, keys);
        }
        catch (TransformException fault)
        {
            throw new UnsealableException(_table.Plan.SourceName, _table.Plan.Columns[place].SourceName, fault.Message);
        }
    }

    private void Encrypt(int place, FieldCipher cipher, ReadOnlySpan<byte> value, ReadOnlySpan<byte> rowKey)
    {
        if (rowKey.IsEmpty) throw new UnsealableException(_table.Plan.SourceName, _table.Plan.Columns[place].SourceName, "its row has no key");
        var field = _writer.Field(FieldCipher.BlobLength(value.Length));
        for (var attempt = 1; ; attempt++)
        {
            var (reservation, left) = _reserved.GetValueOrDefault(place);
            if (left == 0)
            {
                // Blocks now and then, on a thread of the copy's own: once for many thousand values it asks the target.
                reservation = cipher.ReserveBatchAsync(Batch, CancellationToken.None).AsTask().GetAwaiter().GetResult();
                left = Batch;
            }
            try
            {
                cipher.Encrypt(value, rowKey, field);
                _reserved[place] = (reservation, left - 1);
                return;
            }
            catch (KeyringException fault) when (fault.MayRetry && attempt < Attempts)
            {
                // Rotated since it was reserved: what is left belongs to the former key.
                reservation.Release(left);
                _reserved.Remove(place);
            }
        }
    }

    public void Dispose()
    {
        foreach (var (reservation, left) in _reserved.Values) reservation.Release(left);
        _reserved.Clear();
    }
}
