using Godwit.Documents.Shapes;
using Godwit.Engine.Moves.Keyed;
using Godwit.Model.Findings;
using Godwit.Security.Keyring;
using Godwit.Security.Peppers;

namespace Godwit.Engine.Transforms.Keyed;

/// <summary><c>pepper</c>: the hash to store of an API key or a code, under the keyring's pepper; and the wrapping of hashes whose owners do not present what they are of.</summary>
internal sealed class PepperTransform : ITransformKind
{
    public string Name => "pepper";

    public string Summary => "The hash to store of an API key or a code under the keyring's pepper, or a stored hash wrapped under it";

    public bool IsKeyed => true;

    public Shape.Map Shape => new(
        Parameters.From,
        new Field("purpose", new Shape.Text("[a-z][a-z0-9_.-]{0,127}") { Expected = "what is hashed, such as api-key" }, "What is hashed: a hash of one purpose is none of another", Required: true),
        new Field("of", new Shape.Choice("value", "hash", "foreign"), "What the column holds: the value itself, a hash that pepper made, which is wrapped, or the hash of another system, which is taken over and wrapped") { Default = "value" },
        new Field("origin", new Shape.Text("[a-z][a-z0-9-]{0,31}") { Expected = "a name: lower-case letters, digits and hyphens" }, "With foreign: what the other system's way of hashing is called wherever it is verified"));

    public IEnumerable<Finding> Check(TransformSettings settings)
    {
        if (settings.Parameters.Has("origin") != (settings.Parameters.Text("of") == "foreign"))
            yield return Finding.Error(FindingCodes.TransformSettings, $"origin and of: foreign of column {settings.Column} go together", settings.Place);
    }

    public ITransform Bind(TransformSettings settings)
    {
        var destination = settings.Destination ?? throw new InvalidOperationException("a hash needs a column that it stands in");
        var (purpose, of, origin) = (settings.Parameters.Text("purpose"), settings.Parameters.Text("of"), settings.Parameters.TextOrNull("origin"));
        return new KeyedTransform
        {
            Inputs = [settings.Input()],
            Purpose = KeyPurpose.Pepper,
            Output = TransformOutput.Text,
            Function = async (keyring, cancellation) =>
            {
                var keys = await keyring.OpenAsync(KeyPurpose.Pepper, cancellation);
                // Only its name is used: what it hashed is never computed here.
                var pepper = origin is null ? new Pepper(keys, purpose) : new Pepper(keys, purpose, OriginalHash.Sha256(origin));
                return of switch
                {
                    "hash" => new Wrapping(pepper, keys, input => Parse(input) ?? throw new TransformException("what is to be wrapped is no hash of pepper's"), destination.IsSameRow && settings.Input() == settings.Column),
                    "foreign" => new Wrapping(pepper, keys, input => pepper.Import(origin!, PlainValue.Foreign(input)), inPlace: false),
                    _ => new Hashing(pepper, keys),
                };
            },
        };
    }

    private static PepperedHash? Parse(CellValue value) => PepperedHash.TryParse(value.Text, out var hash) ? hash : null;

    private static bool IsAhead(PurposeKeys keys, PepperedHash hash) =>
        (KeyId.TryParse(hash.Origin, out var id) && KeyedTransform.IsAhead(keys.Current, id)) || hash.Wrappers.Any(w => KeyedTransform.IsAhead(keys.Current, w));

    private sealed class Hashing(Pepper pepper, PurposeKeys keys) : IKeyedFunction
    {
        public StoredState Judge(IReadOnlyList<CellValue> inputs, IReadOnlyList<CellValue> row, CellValue stored)
        {
            if (stored.IsNull) return inputs[0].IsNull ? StoredState.Right : StoredState.Missing;
            if (inputs[0].IsNull || Parse(stored) is not { } hash) return StoredState.Wrong;
            if (IsAhead(keys, hash)) return StoredState.Unknown;
            return !pepper.Verify(inputs[0].ToBytes(), hash) ? StoredState.Wrong : pepper.NeedsRestamp(hash) ? StoredState.Former : StoredState.Right;
        }

        public ValueTask ReserveAsync(int values, CancellationToken cancellation) => ValueTask.CompletedTask;

        public CellValue Compute(IReadOnlyList<CellValue> inputs, IReadOnlyList<CellValue> row)
        {
            if (inputs[0].IsNull) return CellValue.Null;
            try
            {
                return CellValue.Of(pepper.Hash(inputs[0].ToBytes()).ToString());
            }
            catch (ArgumentException)
            {
                throw new TransformException("the value is empty, too long, or itself a stored hash");
            }
        }
    }

    /// <param name="inPlace">The hash is wrapped where it stands: then what is there is all there is to look at.</param>
    private sealed class Wrapping(Pepper pepper, PurposeKeys keys, Func<CellValue, PepperedHash> read, bool inPlace) : IKeyedFunction
    {
        public StoredState Judge(IReadOnlyList<CellValue> inputs, IReadOnlyList<CellValue> row, CellValue stored)
        {
            if (stored.IsNull) return inputs[0].IsNull ? StoredState.Right : StoredState.Missing;
            if (inputs[0].IsNull) return StoredState.Wrong;
            if (Parse(stored) is not { } hash) return inPlace ? throw new TransformException("what is to be wrapped is no hash of pepper's") : StoredState.Wrong;
            if (IsAhead(keys, hash)) return StoredState.Unknown;
            return Wrap(read(inputs[0])).Equals(hash) ? StoredState.Right : inPlace ? StoredState.Former : StoredState.Wrong;
        }

        public ValueTask ReserveAsync(int values, CancellationToken cancellation) => ValueTask.CompletedTask;

        public CellValue Compute(IReadOnlyList<CellValue> inputs, IReadOnlyList<CellValue> row) =>
            inputs[0].IsNull ? CellValue.Null : CellValue.Of(Wrap(read(inputs[0])).ToString());

        private PepperedHash Wrap(PepperedHash hash)
        {
            if (hash.Wrappers.Length + 2 > PepperedHash.LongestChain && hash.Wrappers[^1] != keys.Current.Active?.Id)
                throw new TransformException("the hash was wrapped as often as may be: have its owner present the key, or replace it");
            return pepper.Wrap(hash);
        }
    }
}
