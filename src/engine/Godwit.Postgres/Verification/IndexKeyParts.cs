using System.Text.RegularExpressions;

namespace Godwit.Postgres.Verification;

/// <summary>The parts of an index's key as expressions: split at the commas outside parentheses and quotes, without their order.</summary>
public static partial class IndexKeyParts
{
    public static IReadOnlyList<string> Split(string keySql)
    {
        var parts = new List<string>();
        var (start, depth) = (0, 0);
        for (var i = 0; i < keySql.Length; i++)
        {
            switch (keySql[i])
            {
                case '(' or '[': depth++; break;
                case ')' or ']': depth--; break;
                case '"' or '\'': i = keySql.IndexOf(keySql[i], i + 1) is var end and >= 0 ? end : keySql.Length; break;
                case ',' when depth == 0:
                    parts.Add(WithoutOrder(keySql[start..i]));
                    start = i + 1;
                    break;
                default: break;
            }
        }
        parts.Add(WithoutOrder(keySql[start..]));
        return parts;
    }

    private static string WithoutOrder(string part) => Order.Replace(part, "").Trim();

    [GeneratedRegex(@"(\s+(ASC|DESC))?(\s+NULLS\s+(FIRST|LAST))?\s*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Order { get; }
}
