using Godwit.Documents;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Runbooks;

/// <summary>A file that is read from top to bottom says what happens in that order.</summary>
internal static class PhaseOrder
{
    public static IEnumerable<Finding> Check(YamlMapping root, string path)
    {
        Phase? before = null;
        foreach (var (key, _) in (root["phases"] as YamlMapping)?.Entries ?? [])
        {
            // A name that is no phase's is told by the shape.
            if (PhaseNames.Find(key.Value) is not { } phase) continue;
            if (before is { } last && phase < last)
            {
                yield return Finding.Error(
                    FindingCodes.PhaseOrder, $"The phase {key.Value} stands after {PhaseNames.Of(last)}, but runs before it", new Place.InFile(path, key.Line, key.Column),
                    "Phases stand in the order " + string.Join(", ", PhaseNames.All.Select(PhaseNames.Of)));
                continue;
            }
            before = phase;
        }
    }
}
