using System.Text.RegularExpressions;

namespace Godwit.Engine.Anonymise;

/// <summary>By what a column looks as if it held what is personal. Guesses: what they find somebody has to look at, and what they do not find may be personal all the same.</summary>
public static partial class PersonalSigns
{
    /// <summary>Of the values that were looked at, so many have to look alike.</summary>
    private const double Share = 0.3;

    /// <summary>As pg_type names them, and as SQL does.</summary>
    private static readonly HashSet<string> s_truths = new(StringComparer.Ordinal) { "bool", "boolean" };

    private static readonly HashSet<string> s_times = new(StringComparer.Ordinal) { "date", "timestamp", "timestamptz", "time", "timetz", "interval", "daterange", "tsrange", "tstzrange" };

    private static readonly HashSet<string> s_surrogates = new(StringComparer.Ordinal) { "int2", "int4", "int8", "smallint", "integer", "bigint", "uuid", "oid" };

    private static readonly HashSet<string> s_numbers = new(StringComparer.Ordinal) { "numeric", "float4", "float8", "money", "bit", "varbit", "bytea" };

    /// <summary>What keeps its texts within signs of its own.</summary>
    private static readonly char[] s_signs = ['"', '\'', '<', '>', '{', '}', '[', ']', '(', ')', ',', '='];

    /// <summary>Why its name says so; null when it does not. The type says only what it cannot be: yes or no, a moment that is nobody's birth, the number of a row elsewhere.</summary>
    /// <param name="column">Its name.</param>
    /// <param name="type">As pg_type or SQL names it.</param>
    /// <param name="refers">Whether it is part of a foreign key.</param>
    public static string? OfName(string column, string type, bool refers = false)
    {
        if (s_truths.Contains(type)) return null;
        if ((s_times.Contains(type) ? Births() : Names()).Match(column) is not { Success: true } match) return null;
        return s_surrogates.Contains(type) && (refers || IsOfRow().IsMatch(column[(match.Index + match.Length)..])) ? null : $"its name holds \"{match.Value}\"";
    }

    /// <summary>Whether a type's values can look like anything.</summary>
    public static bool HasTexts(string type) => !s_truths.Contains(type) && !s_times.Contains(type) && !s_surrogates.Contains(type) && !s_numbers.Contains(type);

    /// <summary>Why its values say so; null when they do not.</summary>
    public static string? OfValues(IReadOnlyList<string> values)
    {
        if (values.Count == 0) return null;
        foreach (var (what, sign) in (IEnumerable<(string, Regex)>)[("email addresses", Email()), ("phone numbers", Phone()), ("bank accounts", Account()), ("IP addresses", Address())])
        {
            if (values.Count(v => sign.IsMatch(v) || v.Split(s_signs).Any(sign.IsMatch)) is var count && count >= Math.Max(1, values.Count * Share)) return $"{count} of {values.Count} values look like {what}";
        }
        return null;
    }

    /// <summary>What is left of a name that is of a row's number: address_id, emailIds.</summary>
    [GeneratedRegex("^(e?s)?(_id|Id)s?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex IsOfRow();

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
