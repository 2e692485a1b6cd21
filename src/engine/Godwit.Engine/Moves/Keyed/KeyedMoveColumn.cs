using System.Text.Json;
using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Transforms.Keyed;
using Godwit.Model.Moves;
using Godwit.Security.Fields;
using Godwit.Security.Keyring;

namespace Godwit.Engine.Moves.Keyed;

/// <summary>A column of a move's plan whose values keys of the target's keyring make.</summary>
internal sealed class KeyedMoveColumn
{
    private const string Encrypt = "encrypt", BlindIndex = "blind_index", Pepper = "pepper";

    private readonly JsonObject _parameters;

    private KeyedMoveColumn(int place, ColumnTransform transform, JsonObject parameters) => (Place, Kind, _parameters) = (place, transform.Kind, parameters);

    /// <summary>Index in the table's columns.</summary>
    public int Place { get; }

    public string Kind { get; }

    public KeyPurpose Purpose => Kind switch
    {
        Encrypt => KeyPurpose.Data,
        BlindIndex => KeyPurpose.Index,
        _ => KeyPurpose.Pepper,
    };

    /// <summary>Encrypted, and so another value each time; else the same each time under the same key, and not to be turned back.</summary>
    public bool IsEncrypted => Kind == Encrypt;

    /// <summary>The columns of the target's row that bind an encrypted value to it, by their names there.</summary>
    public IReadOnlyList<string> Row => IsEncrypted ? _parameters.Texts("row") : [];

    /// <summary>What is looked up, or hashed.</summary>
    public string Label => _parameters.Text("purpose");

    /// <summary>What a hash is made of: <c>value</c>, <c>hash</c>, <c>foreign</c>.</summary>
    public string Of => _parameters.Text("of");

    public string? Origin => _parameters.TextOrNull("origin");

    public bool HasTenant => _parameters.Has("tenant");

    public IndexNormalization Normalization => BlindIndexTransform.NormalizationOf(_parameters);

    /// <summary>What an encrypted value of the column is bound to besides its row.</summary>
    public FieldColumn BoundTo(MovePlan plan, TablePlan table) =>
        Bindings.Read(_parameters.TextOrNull("bound_to")) ?? new FieldColumn($"{plan.Schema}.{table.TargetName}", table.Columns[Place].TargetName);

    public static bool IsKeyed(ColumnTransform transform) => transform.Kind is Encrypt or BlindIndex or Pepper;

    public static KeyedMoveColumn Read(ColumnTransform transform, int place = 0) =>
        new(place, transform, JsonNode.Parse(transform.Parameters) as JsonObject ?? throw new JsonException($"the parameters of {transform.Kind} are no object"));

    public static IReadOnlyList<KeyedMoveColumn> In(TablePlan table) =>
        [.. table.Columns.Index().Where(c => c.Item.Transform is { } t && IsKeyed(t)).Select(c => Read(c.Item.Transform!, c.Index))];
}
