using Godwit.Security.Masking;

namespace Godwit.Engine.Secrets;

/// <summary>The values that a step took from outside the runbook: whatever it shows afterwards, these are not in it.</summary>
public sealed class SecretValues
{
    /// <summary>A shorter one would blot out ordinary words, and is no secret worth the name.</summary>
    private const int Shortest = 4;

    private readonly HashSet<string> _values = new(StringComparer.Ordinal);

    public void Add(string value)
    {
        if (value.Length >= Shortest) _values.Add(value);
        // A key or certificate is printed line by line.
        foreach (var line in value.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (line.Length >= Shortest) _values.Add(line);
        }
    }

    /// <summary>The text without these values, and without what looks like a secret.</summary>
    public string Mask(string text)
    {
        foreach (var value in _values.OrderByDescending(v => v.Length)) text = text.Replace(value, SecretMask.Mark, StringComparison.Ordinal);
        return SecretMask.Mask(text);
    }
}
