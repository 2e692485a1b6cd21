using System.Security.Cryptography;

namespace Godwit.Identity.SecondFactors;

/// <summary>
/// Ten codes on paper for who has lost the second factor. Each has 60 bits in twelve characters without those that are taken for others (Crockford's base 32), in groups of four. They have fewer
/// than 112 bits: they are stored as passwords are, hashed slowly in their <see cref="Read"/> form, and each is taken once.
/// </summary>
internal static class BackupCodes
{
    public const int Count = 10, Characters = 12;

    private const int Group = 4;

    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// <returns>As they are shown, once: <c>7K3M-Q9XD-20AF</c>.</returns>
    public static IReadOnlyList<string> New()
    {
        var codes = new HashSet<string>(StringComparer.Ordinal);
        while (codes.Count < Count) codes.Add(string.Join('-', RandomNumberGenerator.GetString(Alphabet, Characters).Chunk(Group).Select(g => new string(g))));
        return [.. codes];
    }

    /// <summary>The form that is hashed and compared.</summary>
    /// <param name="typed">What a person typed: in any case, with or without hyphens and spaces, O for 0, I or L for 1.</param>
    /// <returns>Twelve characters; null when it is no such code.</returns>
    public static string? Read(string typed)
    {
        if (typed.Length > 64) return null;
        var code = string.Concat(typed.Where(c => !char.IsWhiteSpace(c) && c is not ('-' or '\u2010' or '\u2011' or '\u2013')).Select(c => char.ToUpperInvariant(c) switch { 'O' => '0', 'I' or 'L' => '1', var other => other }));
        return code.Length == Characters && code.All(c => Alphabet.Contains(c, StringComparison.Ordinal)) ? code : null;
    }
}
