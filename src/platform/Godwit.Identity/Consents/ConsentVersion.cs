using System.Globalization;

namespace Godwit.Identity.Consents;

/// <summary>Which version is the newer one: part by part, numbers as numbers (1.10 comes after 1.9), a number before a word, and what goes on after what ends there.</summary>
internal sealed class ConsentVersion : IComparer<string>
{
    private ConsentVersion()
    {
    }

    public static ConsentVersion Order { get; } = new();

    public int Compare(string? x, string? y)
    {
        var (one, other) = ((x ?? "").Split('.'), (y ?? "").Split('.'));
        for (var i = 0; i < Math.Min(one.Length, other.Length); i++)
        {
            if (Part(one[i], other[i]) is not 0 and var order) return order;
        }
        return one.Length.CompareTo(other.Length);
    }

    private static int Part(string one, string other)
    {
        var (a, b) = (Number(one), Number(other));
        return a is not null && b is not null ? a.Value.CompareTo(b.Value) : a is not null ? -1 : b is not null ? 1 : string.CompareOrdinal(one, other);
    }

    /// <summary>A version has at most 20 characters.</summary>
    private static UInt128? Number(string part) => UInt128.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
