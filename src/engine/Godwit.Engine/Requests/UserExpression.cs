using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Godwit.Engine.Requests;

/// <summary>Regular expressions that somebody wrote: they meet a text of somebody else's, and end whatever both are.</summary>
internal static class UserExpression
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    public static bool IsValid([StringSyntax(StringSyntaxAttribute.Regex)] string pattern)
    {
        try
        {
            _ = Find(pattern);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Anywhere in a text; null of null.</summary>
    public static Regex? Find(string? pattern) => pattern is null ? null : new Regex(pattern, RegexOptions.CultureInvariant, s_patience);

    /// <summary>Of a text as a whole; null of null.</summary>
    public static Regex? Whole(string? pattern) => pattern is null ? null : new Regex($@"\A(?:{pattern})\z", RegexOptions.CultureInvariant, s_patience);
}
