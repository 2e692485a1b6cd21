using System.Security.Cryptography;
using Godwit.Documents.Shapes;
using Godwit.Engine.Keys;
using Godwit.Model.Findings;
using Godwit.Security.Fields;
using Godwit.Security.Keyring;

namespace Godwit.Engine.Transforms.Keyed;

/// <summary><c>encrypt_personal</c>: the value under the data key of the person whom it is about, which is made where there is none yet; deleting that key leaves nothing that opens.</summary>
internal sealed class PersonalTransform : ITransformKind
{
    public string Name => "encrypt_personal";

    public string Summary => "The value encrypted under the data key of the person whom it is about, bound to its table, column and row";

    public bool IsKeyed => true;

    public Shape.Map Shape => new(
        Parameters.From,
        new Field("person", Parameters.Column, "The column of the row that is written whose value is the person's id", Required: true),
        new Field("row", new Shape.List(Parameters.Column) { Min = 1, Max = 32 }, "The columns of the row that is written whose values bind the encrypted one to it, in the order of the primary key", Required: true),
        new Field("bound_to", Bindings.Shape, "The table and column that the value is bound to, where they are not the ones that are filled"));

    public IEnumerable<Finding> Check(TransformSettings settings)
    {
        if (settings.Parameters.Texts("row").Append(settings.Parameters.Text("person")).Contains(settings.Column))
            yield return Finding.Error(FindingCodes.TransformSettings, $"Column {settings.Column} cannot bind its own value to the row, nor say whose it is", settings.Place);
    }

    public ITransform Bind(TransformSettings settings)
    {
        var destination = settings.Destination ?? throw new InvalidOperationException("an encrypted value needs a column that it stands in");
        IReadOnlyList<string> bound = [.. settings.Parameters.Texts("row"), settings.Parameters.Text("person")];
        var column = Bindings.Read(settings.Parameters.TextOrNull("bound_to")) ?? new FieldColumn(destination.Into.ToString(), settings.Column);
        return new KeyedTransform
        {
            Inputs = destination.IsSameRow ? [settings.Input(), .. bound] : [settings.Input()],
            Row = destination.IsSameRow ? [] : bound,
            Purpose = KeyPurpose.Person,
            Output = TransformOutput.Bytes,
            Function = (keyring, _) => Task.FromResult<IKeyedFunction>(new Function(new OpenPersons(keyring, column), destination.IsSameRow, bound.Count)),
        };
    }

    /// <param name="sameRow">Whether what binds a value stands among the inputs, after the value.</param>
    private sealed class Function(OpenPersons persons, bool sameRow, int bound) : IKeyedFunction, IDisposable
    {
        public ValueTask PrepareAsync(IReadOnlyList<KeyedRow> rows, bool writes, CancellationToken cancellation) =>
            persons.OpenAsync(rows.Where(r => !r.Inputs[0].IsNull).Select(r => PersonOf(r.Inputs, r.Row)), writes, cancellation);

        public StoredState Judge(IReadOnlyList<CellValue> inputs, IReadOnlyList<CellValue> row, CellValue stored)
        {
            if (stored.IsNull) return inputs[0].IsNull ? StoredState.Right : StoredState.Missing;
            if (inputs[0].IsNull || stored.Bytes is not { } blob || persons.CipherOf(PersonOf(inputs, row)) is not { } cipher) return StoredState.Wrong;
            try
            {
                var there = cipher.Decrypt(blob, KeyOf(inputs, row));
                var same = CryptographicOperations.FixedTimeEquals(there, inputs[0].ToBytes());
                CryptographicOperations.ZeroMemory(there);
                return same ? StoredState.Right : StoredState.Wrong;
            }
            catch (FieldUnreadableException)
            {
                return StoredState.Wrong;
            }
        }

        /// <summary>Each opening of a person's key brings what it may encrypt.</summary>
        public ValueTask ReserveAsync(int values, CancellationToken cancellation) => ValueTask.CompletedTask;

        public CellValue Compute(IReadOnlyList<CellValue> inputs, IReadOnlyList<CellValue> row)
        {
            if (inputs[0].IsNull) return CellValue.Null;
            var person = PersonOf(inputs, row);
            if (person.IsNull) throw new TransformException("nobody is named whose value it is");
            var cipher = persons.CipherOf(person) ?? throw new TransformException("the person was erased: nothing is encrypted for them any more");
            var value = inputs[0].ToBytes();
            var blob = new byte[FieldCipher.BlobLength(value.Length)];
            cipher.Encrypt(value, KeyOf(inputs, row), blob);
            return CellValue.Of(blob);
        }

        public void Dispose() => persons.Dispose();

        private byte[] KeyOf(IReadOnlyList<CellValue> inputs, IReadOnlyList<CellValue> row) => sameRow ? Bindings.RowKeyOf(inputs, 1, bound - 1) : Bindings.RowKeyOf(row, 0, bound - 1);

        private CellValue PersonOf(IReadOnlyList<CellValue> inputs, IReadOnlyList<CellValue> row) => sameRow ? inputs[bound] : row[bound - 1];
    }
}
