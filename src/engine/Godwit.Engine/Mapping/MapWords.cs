using Godwit.Model.Moves;

namespace Godwit.Engine.Mapping;

/// <summary>Words of a mapping file.</summary>
public static class MapWords
{
    /// <summary>Of <c>drop</c>.</summary>
    public static IReadOnlyDictionary<string, Dependents> Dependents { get; } = new Dictionary<string, Dependents>(StringComparer.Ordinal)
    {
        ["checks"] = Model.Moves.Dependents.Checks,
        ["defaults"] = Model.Moves.Dependents.Defaults,
        ["indexes"] = Model.Moves.Dependents.Indexes,
        ["keys"] = Model.Moves.Dependents.Keys,
        ["foreign-keys"] = Model.Moves.Dependents.ForeignKeys,
        ["generated"] = Model.Moves.Dependents.Generated,
        ["views"] = Model.Moves.Dependents.Views,
    };

    public static string Of(Dependents dependents) => Dependents.First(d => d.Value == dependents).Key;
}
