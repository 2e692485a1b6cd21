using System.Text.RegularExpressions;

namespace Godwit.Engine.Anonymise;

/// <summary>By what a column looks as if it held what is personal. Guesses: what they find somebody has to look at, and what they do not find may be personal all the same.</summary>
public static partial class PersonalSigns
{
    /// <summary>Of the values that were looked at, so many have to look alike.</summary>
    private const double Share = 0.3;

    private static readonly HashSet<string> s_typed = new(StringComparer.Ordinal) { "text", "varchar", "bpchar", "citext", "name", "inet", "date", "timestamp", "timestamptz", "json", "jsonb" };

    /// <summary>Why its name says so; null when it does not.</summary>
    public static string? OfName(string column, string type) =>
        s_typed.Contains(type) && (type is "date" or "timestamp" or "timestamptz" ? Births() : Names()).Match(column) is { Success: true } match ? $"its name holds \"{match.Value}\"" : null;

    /// <summary>Why its values say so; null when they do not.</summary>
    public static string? OfValues(IReadOnlyList<string> values)
    {
        if (values.Count == 0) return null;
        foreach (var (what, sign) in (IEnumerable<(string, Regex)>)[("email addresses", Email()), ("phone numbers", Phone()), ("bank accounts", Account()), ("IP addresses", Address())])
        {
            if (values.Count(v => sign.IsMatch(v)) is var count && count >= Math.Max(1, values.Count * Share)) return $"{count} of {values.Count} values look like {what}";
        }
        return null;
    }

    [GeneratedRegex("e?_?mail|phone|mobile|(?<![a-z])tel(?![a-z])|fax|(first|last|middle|full|given|family|sur|user|nick|display|contact|customer|person)_?name|(?<![a-z_])name(?![a-z_])|address|street|(?<![a-z])zip|postal|postcode|iban|(?<![a-z])ssn|passport|tax_?(id|number)|licen[cs]e_?(no|number|plate)|card_?(no|number)|(?<![a-z])ip(_?addr|_?address)?(?![a-z])|birth|gender|religion|biograph|(?<![a-z])bio(?![a-z])|salar", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Names();

    [GeneratedRegex("birth|(?<![a-z])(dob|born|died)(?![a-z])|death", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Births();

    [GeneratedRegex(@"[^@\s]@[^@\s]+\.[^@\s.]{2,}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Email();

    [GeneratedRegex(@"^\s*(\+|00)[\d\s()/.-]{7,20}$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Phone();

    [GeneratedRegex(@"^[A-Z]{2}\d{2}( ?[A-Z0-9]{4}){3,7}( ?[A-Z0-9]{1,3})?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Account();

    [GeneratedRegex(@"^\d{1,3}(\.\d{1,3}){3}(/\d{1,2})?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Address();
}
