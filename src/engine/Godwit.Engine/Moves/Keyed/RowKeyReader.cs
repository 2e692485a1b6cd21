using System.Text;
using Godwit.Model.Moves;
using Godwit.Security.Fields;

namespace Godwit.Engine.Moves.Keyed;

/// <summary>Reads the key that binds a row's encrypted values to it. Used by one thread.</summary>
/// <param name="table">The table.</param>
/// <param name="columns">Indexes of the key's columns.</param>
/// <param name="fieldOf">Which field of the image a column is.</param>
internal sealed class RowKeyReader(TablePlan table, IReadOnlyList<int> columns, Func<int, int> fieldOf)
{
    private readonly byte[] _number = new byte[RowKey.LongestNumber];
    private readonly string[] _texts = new string[columns.Count];
    private readonly int[] _fields = [.. columns.Select(fieldOf)];

    /// <summary>Valid until the next call. Empty where a column is NULL, or its text is not valid: such a row has no key.</summary>
    public ReadOnlySpan<byte> Read(RowFields fields, ReadOnlySpan<byte> image)
    {
        try
        {
            for (var i = 0; i < _fields.Length; i++)
            {
                if (fields.IsNull(_fields[i])) return [];
                var type = table.Columns[columns[i]].Type;
                var value = fields.Of(image, _fields[i]);
                if (_fields.Length == 1 && RowKeyColumn.Integer(type, value) is { } number) return _number.AsSpan(0, RowKey.Write(_number, number));
                _texts[i] = RowKeyColumn.Text(type, value);
            }
            return RowKey.Of(_texts);
        }
        catch (DecoderFallbackException)
        {
            return [];
        }
    }
}
