using System.Security.Cryptography;
using Godwit.Documents.Shapes;
using Godwit.Model.Findings;
using Godwit.Security.Fields;
using Godwit.Security.Keyring;

namespace Godwit.Engine.Transforms.Keyed;

/// <summary><c>encrypt</c>: the value under the keyring's data key, AES-256-GCM, bound to table, column and row.</summary>
internal sealed class EncryptTransform : ITransformKind
{
    public string Name => "encrypt";

    public string Summary => "The value encrypted under the keyring's data key, bound to its table, column and row";

    public bool IsKeyed => true;

    public Shape.Map Shape => new(
    [
        .. SourceValue.Fields,
        new Field("row", new Shape.List(Parameters.Column) { Min = 1, Max = 32 }, "The columns of the row that is written whose values bind the encrypted one to it, in the order of the primary key", Required: true),
        new Field("bound_to", Bindings.Shape, "The table and column that the value is bound to, where they are not the ones that are filled"),
    ]);

    public IEnumerable<Finding> Check(TransformSettings settings)
    {
        if (settings.Parameters.Texts("row").Contains(settings.Column))
            yield return Finding.Error(FindingCodes.TransformSettings, $"Column {settings.Column} cannot bind its own value to the row", settings.Place);
        foreach (var finding in SourceValue.Check(settings, hasRow: true)) yield return finding;
    }

    public ITransform Bind(TransformSettings settings)
    {
        var destination = settings.Destination ?? throw new InvalidOperationException("an encrypted value needs a column that it stands in");
        var row = settings.Parameters.Texts("row");
        var source = SourceValue.Read(settings, destination, row);
        var column = Bindings.Read(settings.Parameters.TextOrNull("bound_to")) ?? new FieldColumn(destination.Into.ToString(), settings.Column);
        var inPlace = destination.IsSameRow && source.Column == settings.Column;
        return new KeyedTransform
        {
            Inputs = destination.IsSameRow ? [.. source.Inputs, .. row] : source.Inputs,
            Row = destination.IsSameRow ? [] : row,
            Purpose = KeyPurpose.Data,
            Output = TransformOutput.Bytes,
            Function = async (keyring, cancellation) =>
            {
                var keys = await keyring.OpenAsync(KeyPurpose.Data, cancellation);
                var open = await source.OpenAsync(keyring, cancellation);
                return new Function(keys, new FieldCipher(keys, column, keyring.Usage), open, destination.IsSameRow ? source.Inputs.Count : null, row.Count, inPlace);
            },
        };
    }

    /// <param name="rowAt">Where the row's key begins among the inputs; null where it comes apart from them.</param>
    private sealed class Function(PurposeKeys keys, FieldCipher cipher, Func<IReadOnlyList<CellValue>, byte[]?> open, int? rowAt, int rowColumns, bool inPlace) : IKeyedFunction
    {
        public StoredState Judge(IReadOnlyList<CellValue> inputs, IReadOnlyList<CellValue> row, CellValue stored)
        {
            if (stored.IsNull) return inputs[0].IsNull ? StoredState.Right : StoredState.Missing;
            if (stored.Bytes is not { } blob || FieldBlob.KeyIdOf(blob) is not { } key) return inPlace ? throw NotEncrypted() : StoredState.Wrong;
            if (KeyedTransform.IsAhead(keys.Current, key) && keys.Current.Find(key) is null) return StoredState.Unknown;
            var there = Read(blob, KeyOf(inputs, row));
            // What is encrypted in place is its own and only witness: if it opens in neither way this throws, and nothing is written over it.
            if (inPlace && there is null) open(inputs);
            if (!inPlace && !IsSame(open(inputs), there)) return StoredState.Wrong;
            if (there is null) return StoredState.Wrong;
            CryptographicOperations.ZeroMemory(there);
            return cipher.IsCurrent(blob) ? StoredState.Right : KeyedTransform.IsAhead(keys.Current, key) ? StoredState.Unknown : StoredState.Former;
        }

        public ValueTask ReserveAsync(int values, CancellationToken cancellation) => cipher.ReserveAsync(values, cancellation);

        public CellValue Compute(IReadOnlyList<CellValue> inputs, IReadOnlyList<CellValue> row)
        {
            if (Open(inputs, row) is not { } value) return CellValue.Null;
            var blob = new byte[FieldCipher.BlobLength(value.Length)];
            cipher.Encrypt(value, KeyOf(inputs, row), blob);
            CryptographicOperations.ZeroMemory(value);
            return CellValue.Of(blob);
        }

        private byte[] KeyOf(IReadOnlyList<CellValue> inputs, IReadOnlyList<CellValue> row) =>
            rowAt is { } first ? Bindings.RowKeyOf(inputs, first, rowColumns) : Bindings.RowKeyOf(row, 0, rowColumns);

        /// <summary>What is encrypted in place may be bound as it is to be already.</summary>
        private byte[]? Open(IReadOnlyList<CellValue> inputs, IReadOnlyList<CellValue> row) =>
            (inPlace && inputs[0].Bytes is { } blob ? Read(blob, KeyOf(inputs, row)) : null) ?? open(inputs);

        private byte[]? Read(byte[] blob, byte[] rowKey)
        {
            try
            {
                return cipher.Decrypt(blob, rowKey);
            }
            catch (FieldUnreadableException)
            {
                return null;
            }
        }

        private static bool IsSame(byte[]? value, byte[]? there)
        {
            var same = value is not null && there is not null && CryptographicOperations.FixedTimeEquals(there, value);
            CryptographicOperations.ZeroMemory(value);
            return same;
        }

        private static TransformException NotEncrypted() => new("what is to be encrypted anew is no encrypted value");
    }
}
