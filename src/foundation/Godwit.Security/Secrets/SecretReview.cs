using System.Security.Cryptography;
using System.Text;

namespace Godwit.Security.Secrets;

/// <summary>Looks at all secrets of a configuration and says everything that is wrong at once. No value, part of one, or length of one is in what it says.</summary>
public static class SecretReview
{
    /// <param name="settings">Each setting with its value, null where it is not set, and what is asked of it.</param>
    /// <returns>In the order of the settings; one setting may have several faults.</returns>
    public static IReadOnlyList<SecretFault> Look(IReadOnlyList<(string Name, string? Value, SecretPolicy Policy)> settings)
    {
        var faults = new List<SecretFault>();
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value, policy) in settings)
        {
            faults.AddRange(Look(name, value, policy));
            if (string.IsNullOrWhiteSpace(value)) continue;
            foreach (var form in Forms(value).Distinct(StringComparer.Ordinal))
            {
                if (seen.TryAdd(form, name) || seen[form] == name) continue;
                faults.Add(new SecretFault(name, SecretRule.Reused, $"has the value of {seen[form]}", seen[form]));
                break;
            }
        }
        return faults;
    }

    /// <summary>What is wrong with one secret by itself.</summary>
    public static IEnumerable<SecretFault> Look(string name, string? value, SecretPolicy policy)
    {
        if (string.IsNullOrEmpty(value))
        {
            if (!policy.MayBeMissing) yield return new SecretFault(name, SecretRule.Missing, "is not there");
            yield break;
        }
        if (KnownSecrets.IsPlaceholder(value)) yield return new SecretFault(name, SecretRule.Placeholder, "is a placeholder");
        if (value.Length < policy.Characters) yield return new SecretFault(name, SecretRule.TooShort, $"is shorter than {policy.Characters} characters");
        if (KnownSecrets.IsSample(value)) yield return new SecretFault(name, SecretRule.Sample, "is, or begins with, a value that everybody knows");
        var repeats = Repeats(value);
        if (repeats) yield return new SecretFault(name, SecretRule.Repeats, "repeats itself, or runs through an alphabet");
        // One fault says enough of a text that is too short or that repeats itself.
        else if (value.Length >= policy.Characters && SecretEntropy.Estimate(value) < policy.Bits) yield return new SecretFault(name, SecretRule.LowEntropy, "is too easy to guess: let godwit make one");
    }

    /// <summary>The value as it is, and what is behind it when it is hexadecimal or base64: the same key in two notations is one key.</summary>
    private static IEnumerable<string> Forms(string value)
    {
        var trimmed = value.Trim();
        yield return Fingerprint("text", Encoding.UTF8.GetBytes(trimmed));
        yield return Fingerprint("text", Encoding.UTF8.GetBytes(trimmed.ToLowerInvariant()));
        if (trimmed.Length >= 16 && trimmed.Length % 2 == 0 && trimmed.All(char.IsAsciiHexDigit)) yield return Fingerprint("bytes", Convert.FromHexString(trimmed));
        var base64 = trimmed.Replace('-', '+').Replace('_', '/').TrimEnd('=');
        base64 = base64.PadRight((base64.Length + 3) / 4 * 4, '=');
        var bytes = new byte[base64.Length];
        if (trimmed.Length >= 16 && Convert.TryFromBase64String(base64, bytes, out var length)) yield return Fingerprint("bytes", bytes.AsSpan(0, length));
    }

    private static string Fingerprint(string kind, ReadOnlySpan<byte> bytes) => kind + Convert.ToHexString(SHA256.HashData(bytes));

    private static bool Repeats(string value)
    {
        for (var period = 1; period <= value.Length / 2; period++)
        {
            if (value.AsSpan(period).SequenceEqual(value.AsSpan(0, value.Length - period))) return true;
        }
        var (up, down) = (0, 0);
        for (var i = 1; i < value.Length; i++)
        {
            if (value[i] - value[i - 1] == 1) up++;
            if (value[i] - value[i - 1] == -1) down++;
        }
        return value.Length >= 8 && Math.Max(up, down) * 4 >= (value.Length - 1) * 3;
    }
}
