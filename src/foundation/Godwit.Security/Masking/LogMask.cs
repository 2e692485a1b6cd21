using System.Collections.Concurrent;

namespace Godwit.Security.Masking;

/// <summary>What a log line hides: secrets and what is about a person, by the name of a field and by the shape of any text.</summary>
public static class LogMask
{
    /// <summary>Names that are remembered; they are a program's own, and whoever makes them up loses only time.</summary>
    private const int MostNames = 4096;

    /// <summary>Characters of a name that is remembered: longer ones are made up by somebody.</summary>
    private const int LongestName = 64;

    private static readonly ConcurrentDictionary<string, bool> s_names = new(StringComparer.Ordinal);

    public static string Mask(string text) => PersonalMask.Mask(SecretMask.Mask(text));

    /// <summary>The value of such a field is hidden whatever it is.</summary>
    public static bool Hides(string name)
    {
        if (s_names.TryGetValue(name, out var known))
            return known;
        var hides = SecretNames.IsSecret(name) || PersonalNames.IsPersonal(name);
        if (name.Length <= LongestName && s_names.Count < MostNames)
            s_names[name] = hides;
        return hides;
    }
}
