using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Transforms.Keyed;
using Godwit.Engine.Transforms.Masking;
using Godwit.Model.Findings;

namespace Godwit.Engine.Transforms;

/// <summary>The transforms by name.</summary>
public sealed class TransformRegistry
{
    private readonly Dictionary<string, ITransformKind> _kinds;

    public TransformRegistry(IEnumerable<ITransformKind> kinds) => _kinds = kinds.ToDictionary(k => k.Name, StringComparer.Ordinal);

    public static TransformRegistry Standard { get; } = new(
    [
        new CopyTransform(),
        new SqlTransform(),
        new LowerTransform(),
        new MailAddressTransform(),
        new EmailMaskTransform(),
        new HashTransform(),
        new ConstantTransform(),
        new LookupTransform(),
        new SplitTransform(),
        new MergeTransform(),
        new EncryptTransform(),
        new BlindIndexTransform(),
        new PersonalTransform(),
        new PersonalTextTransform(),
        new PepperTransform(),
    ]);

    public IReadOnlyCollection<ITransformKind> Kinds => _kinds.Values;

    /// <summary>Whether a transform works with keys of the target's keyring.</summary>
    public bool IsKeyed(string kind) => _kinds[kind].IsKeyed;

    /// <summary>One column's entry: exactly one transform's name and its parameters, <c>{hash: {from: api_key}}</c>.</summary>
    public Shape.OneOf Shape => new([], [.. _kinds.Values.Select(k => new Field(k.Name, k.Shape, k.Summary))]);

    /// <summary>The settings of an entry; null when it names none of the transforms, or several.</summary>
    public TransformSettings? Read(string column, JsonNode? entry, Place? place = null) =>
        entry is JsonObject { Count: 1 } one && one.First() is { Key: var kind, Value: JsonObject parameters } && _kinds.ContainsKey(kind)
            ? new TransformSettings(column, kind, parameters, place)
            : null;

    public IEnumerable<Finding> Check(TransformSettings settings) => _kinds[settings.Kind].Check(settings);

    public ITransform Bind(TransformSettings settings) => _kinds[settings.Kind].Bind(settings);
}
