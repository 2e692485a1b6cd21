using Godwit.Model.Findings;

namespace Godwit.Model.Runbooks;

/// <summary>Where the values of one step's settings were written: a part of what is known of a whole file.</summary>
/// <param name="all">The places of a file's values by JSON pointer.</param>
/// <param name="root">The settings' pointer in that file.</param>
public sealed class SettingsPlaces(IReadOnlyDictionary<string, Place.InFile> all, string root)
{
    /// <summary>Whether one of the places is that of the settings or of a value in them.</summary>
    public bool Overlaps(IReadOnlySet<Place> places) =>
        all.Any(p => p.Key.StartsWith(root, StringComparison.Ordinal) && (p.Key.Length == root.Length || p.Key[root.Length] == '/') && places.Contains(p.Value));

    /// <summary>The place of a value, or of the nearest thing around it that has one.</summary>
    /// <param name="pointer">A JSON pointer into the settings; empty is the settings as a whole.</param>
    public Place.InFile? At(string pointer)
    {
        for (var at = root + pointer; at.Length >= root.Length; at = at[..at.LastIndexOf('/')])
        {
            if (all.TryGetValue(at, out var place)) return place;
            if (!at.Contains('/', StringComparison.Ordinal)) break;
        }
        return null;
    }
}
