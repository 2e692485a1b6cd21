using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Model.Findings;
using Godwit.Security.Fields;
using Godwit.Security.Keyring;

namespace Godwit.Engine.Transforms.Keyed;

/// <summary><c>blind_index</c>: what finds an encrypted value by equality, HMAC-SHA-256 under the keyring's index key.</summary>
internal sealed class BlindIndexTransform : ITransformKind
{
    public string Name => "blind_index";

    public string Summary => "What finds an encrypted value by equality: HMAC-SHA-256 of the normalised value under the keyring's index key";

    public bool IsKeyed => true;

    public Shape.Map Shape => new(
    [
        .. SourceValue.Fields,
        new Field("purpose", new Shape.Text("[a-z][a-z0-9_.-]{0,127}") { Expected = "what is looked up, such as users.email" }, "What is looked up: the same value has another index under another purpose", Required: true),
        new Field("tenant", Parameters.Column, "The column that says whose row it is: the same value has another index for another tenant"),
        new Field("normalise", new Shape.Choice("email", "digits", "exact"), "What counts as the same value: without white space around it and in lower case; digits and a leading +; every character", Required: true),
    ]);

    public IEnumerable<Finding> Check(TransformSettings settings) => SourceValue.Check(settings, hasRow: false);

    public ITransform Bind(TransformSettings settings)
    {
        var destination = settings.Destination ?? throw new InvalidOperationException("an index needs a column that it stands in");
        var source = SourceValue.Read(settings, destination, []);
        var tenant = settings.Parameters.TextOrNull("tenant");
        var purpose = settings.Parameters.Text("purpose");
        var normalization = NormalizationOf(settings.Parameters);
        return new KeyedTransform
        {
            Inputs = tenant is null ? source.Inputs : [.. source.Inputs, tenant],
            Purpose = KeyPurpose.Index,
            Others = source.Purposes,
            Output = TransformOutput.Bytes,
            Function = async (keyring, cancellation) =>
            {
                var keys = await keyring.OpenAsync(KeyPurpose.Index, cancellation);
                return new Function(keys, new BlindIndex(keys, purpose, normalization), await source.OpenAsync(keyring, cancellation), tenant is null ? null : source.Inputs.Count);
            },
        };
    }

    /// <summary>What counts as the same value, by the transform's parameters.</summary>
    public static IndexNormalization NormalizationOf(JsonObject parameters) => parameters.Text("normalise") switch
    {
        "email" => IndexNormalization.Email,
        "digits" => IndexNormalization.Digits,
        _ => IndexNormalization.Exact,
    };

    private sealed class Function(PurposeKeys keys, BlindIndex index, Func<IReadOnlyList<CellValue>, byte[]?> open, int? tenantAt) : IKeyedFunction
    {
        public StoredState Judge(IReadOnlyList<CellValue> inputs, IReadOnlyList<CellValue> row, CellValue stored)
        {
            if (stored.IsNull) return inputs[0].IsNull ? StoredState.Right : StoredState.Missing;
            if (stored.Bytes is not { } there || BlindIndex.KeyIdOf(there) is not { } id) return StoredState.Wrong;
            if (KeyedTransform.IsAhead(keys.Current, id)) return StoredState.Unknown;
            if (open(inputs) is not { } value) return StoredState.Wrong;
            var text = SourceValue.TextOf(value);
            // Nearly every one is of the active key, and that one alone is cheaper than all.
            if (index.IsCurrent(there))
            {
                Span<byte> computed = stackalloc byte[BlindIndex.Length];
                Compute(Tenant(inputs), text, computed);
                return CryptographicOperations.FixedTimeEquals(computed, there) ? StoredState.Right : StoredState.Wrong;
            }
            return index.Candidates(Tenant(inputs), text).Any(c => CryptographicOperations.FixedTimeEquals(c, there)) ? StoredState.Former : StoredState.Wrong;
        }

        public ValueTask ReserveAsync(int values, CancellationToken cancellation) => ValueTask.CompletedTask;

        public CellValue Compute(IReadOnlyList<CellValue> inputs, IReadOnlyList<CellValue> row)
        {
            if (open(inputs) is not { } value) return CellValue.Null;
            var computed = new byte[BlindIndex.Length];
            Compute(Tenant(inputs), SourceValue.TextOf(value), computed);
            return CellValue.Of(computed);
        }

        private void Compute(string tenant, string text, Span<byte> computed)
        {
            try
            {
                index.Compute(tenant, text, computed);
            }
            catch (ArgumentException)
            {
                throw new TransformException("the text holds half a character pair");
            }
        }

        private string Tenant(IReadOnlyList<CellValue> inputs) => tenantAt is not { } at ? "" : inputs[at].Text ?? throw new TransformException("the tenant is NULL");
    }
}
