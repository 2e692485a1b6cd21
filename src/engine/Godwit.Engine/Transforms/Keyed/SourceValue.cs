using System.Text;
using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Keys;
using Godwit.Model.Findings;
using Godwit.Security.Fields;
using Godwit.Security.Keyring;

namespace Godwit.Engine.Transforms.Keyed;

/// <summary>The value that a keyed transform works on: as it stands in its column, or decrypted where that column is encrypted.</summary>
/// <param name="Column">The column.</param>
/// <param name="Row">Where it is encrypted, the columns whose values bind it to its row.</param>
/// <param name="Bound">Where it is encrypted, the column that it is bound to.</param>
internal sealed record SourceValue(string Column, IReadOnlyList<string> Row, FieldColumn? Bound)
{
    public static IReadOnlyList<Field> Fields { get; } =
    [
        Parameters.From,
        new Field("encrypted", new Shape.Flag(), "Whether that column holds values that encrypt wrote, which are decrypted first") { Default = "false" },
        new Field("from_row", new Shape.List(Parameters.Column) { Min = 1, Max = 32 }, "With encrypted: the columns that bind its values to their rows, in their order; those of row where it is left out"),
        new Field("from_bound_to", Bindings.Shape, "With encrypted: the table and column that its values are bound to, where they are not the ones that are read"),
    ];

    public static SourceValue Read(TransformSettings settings, TransformDestination destination, IReadOnlyList<string> row)
    {
        var parameters = settings.Parameters;
        if (!parameters.Flag("encrypted")) return new SourceValue(settings.Input(), [], null);
        var own = parameters.Texts("from_row");
        return new SourceValue(
            settings.Input(), own.Count > 0 ? own : row, Bindings.Read(parameters.TextOrNull("from_bound_to")) ?? new FieldColumn(destination.From.ToString(), settings.Input()));
    }

    public static IEnumerable<Finding> Check(TransformSettings settings, bool hasRow)
    {
        var encrypted = settings.Parameters.Flag("encrypted");
        if (!encrypted && (settings.Parameters.Texts("from_row").Count > 0 || settings.Parameters.Has("from_bound_to")))
            yield return Finding.Error(FindingCodes.TransformSettings, $"from_row and from_bound_to of column {settings.Column} belong to encrypted", settings.Place);
        if (encrypted && !hasRow && settings.Parameters.Texts("from_row").Count == 0)
            yield return Finding.Error(FindingCodes.TransformSettings, $"What column {settings.Column} is made of is encrypted, and nothing says by which columns it is bound to its row", settings.Place, "Add from_row: [id]");
    }

    /// <summary>The columns that have to be read for it, itself first.</summary>
    public IReadOnlyList<string> Inputs => [Column, .. Row];

    public IReadOnlyList<KeyPurpose> Purposes => Bound is null ? [] : [KeyPurpose.Data];

    /// <summary>The function from the inputs to the value; NULL stays NULL.</summary>
    public async Task<Func<IReadOnlyList<CellValue>, byte[]?>> OpenAsync(IRunKeyring keyring, CancellationToken cancellation)
    {
        // A copy: whoever is done with the value zeroes it.
        if (Bound is null) return inputs => inputs[0].IsNull ? null : inputs[0].Bytes is { } bytes ? [.. bytes] : inputs[0].ToBytes();
        var cipher = new FieldCipher(await keyring.OpenAsync(KeyPurpose.Data, cancellation), Bound, keyring.Usage);
        return inputs =>
        {
            if (inputs[0].IsNull) return null;
            if (inputs[0].Bytes is not { } blob) throw new TransformException("what is to be decrypted is not bytes");
            try
            {
                return cipher.Decrypt(blob, Bindings.RowKeyOf(inputs, 1, Row.Count));
            }
            catch (FieldUnreadableException)
            {
                throw new TransformException("what is encrypted cannot be read: it was edited, moved here from another row, or its key is gone");
            }
        };
    }

    /// <summary>As text, for a transform of letters.</summary>
    /// <exception cref="TransformException">It is no text.</exception>
    public static string TextOf(ReadOnlySpan<byte> value)
    {
        try
        {
            return s_strict.GetString(value);
        }
        catch (DecoderFallbackException)
        {
            throw new TransformException("the value is not text in UTF-8");
        }
    }

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
}
