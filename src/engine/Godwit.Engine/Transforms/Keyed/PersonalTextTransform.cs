using Godwit.Documents.Shapes;
using Godwit.Engine.Keys;
using Godwit.Model.Findings;
using Godwit.Security.Fields;
using Godwit.Security.Keyring;

namespace Godwit.Engine.Transforms.Keyed;

/// <summary><c>decrypt_personal</c>: what <c>encrypt_personal</c> wrote, as text again, for the way back to a system that has no keys.</summary>
internal sealed class PersonalTextTransform : ITransformKind
{
    public string Name => "decrypt_personal";

    public string Summary => "The text that stands encrypted under a person's data key";

    public bool IsKeyed => true;

    public Shape.Map Shape => new(
        Parameters.From,
        new Field("person", Parameters.Column, "The column of the row that is read whose value is the person's id", Required: true),
        new Field("from_row", new Shape.List(Parameters.Column) { Min = 1, Max = 32 }, "The columns that bind the encrypted value to its row, in their order", Required: true),
        new Field("from_bound_to", Bindings.Shape, "The table and column that the value is bound to, where they are not the ones that are read"));

    public IEnumerable<Finding> Check(TransformSettings settings) => [];

    public ITransform Bind(TransformSettings settings)
    {
        var destination = settings.Destination ?? throw new InvalidOperationException("a value that is decrypted needs a table that it is read from");
        var row = settings.Parameters.Texts("from_row");
        var column = Bindings.Read(settings.Parameters.TextOrNull("from_bound_to")) ?? new FieldColumn(destination.From.ToString(), settings.Input());
        return new KeyedTransform
        {
            Inputs = [settings.Input(), .. row, settings.Parameters.Text("person")],
            Purpose = KeyPurpose.Person,
            Output = TransformOutput.Text,
            Function = (keyring, _) => Task.FromResult<IKeyedFunction>(new Function(new OpenPersons(keyring, column), row.Count)),
        };
    }

    private sealed class Function(OpenPersons persons, int row) : IKeyedFunction, IDisposable
    {
        public ValueTask PrepareAsync(IReadOnlyList<KeyedRow> rows, bool writes, CancellationToken cancellation) =>
            persons.OpenAsync(rows.Where(r => !r.Inputs[0].IsNull).Select(r => r.Inputs[row + 1]), create: false, cancellation);

        public StoredState Judge(IReadOnlyList<CellValue> inputs, IReadOnlyList<CellValue> bound, CellValue stored)
        {
            if (stored.IsNull) return inputs[0].IsNull ? StoredState.Right : StoredState.Missing;
            return stored.Text is { } there && Compute(inputs, bound).Text == there ? StoredState.Right : StoredState.Wrong;
        }

        public ValueTask ReserveAsync(int values, CancellationToken cancellation) => ValueTask.CompletedTask;

        public CellValue Compute(IReadOnlyList<CellValue> inputs, IReadOnlyList<CellValue> bound)
        {
            if (inputs[0].IsNull) return CellValue.Null;
            if (inputs[0].Bytes is not { } blob) throw new TransformException("what is to be decrypted is not bytes");
            var cipher = persons.CipherOf(inputs[row + 1]) ?? throw new TransformException("the person was erased, or has no data key");
            try
            {
                return CellValue.Of(SourceValue.TextOf(cipher.Decrypt(blob, Bindings.RowKeyOf(inputs, 1, row))));
            }
            catch (FieldUnreadableException)
            {
                throw new TransformException("what is encrypted cannot be read: it was edited, moved here from another row, or its key is gone");
            }
        }

        public void Dispose() => persons.Dispose();
    }
}
