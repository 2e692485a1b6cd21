using System.Text.Json.Serialization;
using Godwit.Model.Values;

namespace Godwit.Model.Moves;

/// <summary>
/// How a column's values are made on the way, where they do not go over as they are (docs/transforms.md). It holds the names of secrets, never a secret.
/// </summary>
/// <param name="Kind">The transform's name: <c>mask:email</c>.</param>
/// <param name="Parameters">Its other parameters in normal form, as JSON without blanks.</param>
/// <param name="Inputs">The columns of the source that it reads, by their names there.</param>
public sealed record ColumnTransform(string Kind, string Parameters, IReadOnlyList<string> Inputs)
{
    /// <summary>The column's value as it is, under another name: everything holds of it that holds of a column without transform.</summary>
    public const string Copy = "copy";

    /// <summary>What the result is read as: it decides what a text becomes. Null for <see cref="Copy"/>, whose values stay what they are.</summary>
    public TargetType? Result { get; init; }

    [JsonIgnore]
    public bool IsCopy => Kind == Copy;

    /// <summary>For people: <c>mask:email(email) {"key":"MASK_KEY"}</c>.</summary>
    [JsonIgnore]
    public string Text => $"{Kind}({string.Join(", ", Inputs)}){(Parameters == "{}" ? "" : " " + Parameters)}";

    public bool Equals(ColumnTransform? other) =>
        other is not null && Kind == other.Kind && Parameters == other.Parameters && Result == other.Result && Inputs.SequenceEqual(other.Inputs);

    public override int GetHashCode() => HashCode.Combine(Kind, Parameters, Inputs.Count);
}

/// <summary>What stands over a transformed column in the source and speaks of values that the target will not hold: the mapping file's <c>drop</c>.</summary>
public enum Dependents
{
    Checks,
    Defaults,
    Indexes,
    Keys,
    ForeignKeys,
    Generated,
    Views,
}
