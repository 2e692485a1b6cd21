using Godwit.Model.Moves;
using Godwit.Security.Fields;
using Godwit.Security.Keyring;

namespace Godwit.Engine.Moves.Keyed;

/// <summary>A table of a move with columns that keys make, its keys at hand. For any number of threads.</summary>
internal sealed class KeyedTable
{
    private KeyedTable(TablePlan plan, IReadOnlyDictionary<int, EncryptedColumn> encrypted, IReadOnlyDictionary<int, OneWayColumn> oneWay) =>
        (Plan, Encrypted, OneWay) = (plan, encrypted, oneWay);

    /// <param name="Column">The column.</param>
    /// <param name="Cipher">Its cipher.</param>
    /// <param name="Row">Indexes of the columns whose values make the row's key, in its order.</param>
    internal sealed record EncryptedColumn(ColumnPlan Column, FieldCipher Cipher, IReadOnlyList<int> Row);

    public TablePlan Plan { get; }

    /// <summary>By the column's index.</summary>
    public IReadOnlyDictionary<int, EncryptedColumn> Encrypted { get; }

    /// <summary>By the column's index.</summary>
    public IReadOnlyDictionary<int, OneWayColumn> OneWay { get; }

    /// <summary>The table without columns that give nothing back.</summary>
    public TablePlan Invertible => Plan with { Columns = [.. Plan.Columns.Where((_, i) => !OneWay.ContainsKey(i))] };

    public static KeyedTable Open(MovePlan plan, TablePlan table, IReadOnlyDictionary<KeyPurpose, PurposeKeys> keys, IKeyUsage usage)
    {
        var encrypted = new Dictionary<int, EncryptedColumn>();
        var oneWay = new Dictionary<int, OneWayColumn>();
        foreach (var column in KeyedMoveColumn.In(table))
        {
            if (column.IsEncrypted)
                encrypted[column.Place] = new EncryptedColumn(table.Columns[column.Place], new FieldCipher(keys[KeyPurpose.Data], column.BoundTo(plan, table), usage), KeyedMoves.PlacesOf(table, column.Row));
            else oneWay[column.Place] = OneWayColumn.Open(column, keys[column.Purpose]);
        }
        return new KeyedTable(table, encrypted, oneWay);
    }
}
