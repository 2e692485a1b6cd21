using System.Text;
using System.Text.Json.Nodes;
using Godwit.Security.Canonical;

namespace Godwit.Engine.Journal;

/// <summary>What is to be journalled, before it has its place in the chain.</summary>
public sealed record JournalNote
{
    /// <summary>UTF-8 bytes of the longest body: evidence is a summary, never the data.</summary>
    public const int LongestBody = 64 * 1024;

    public const int LongestKind = 40;

    private JournalNote(string kind, string body)
    {
        Kind = kind;
        Body = body;
    }

    public string Kind { get; }

    /// <summary>Canonical form (RFC 8785).</summary>
    public string Body { get; }

    /// <param name="kind">Lower-case letters, digits and '-', beginning with a letter; at most <see cref="LongestKind"/>.</param>
    /// <param name="body">What happened. No row's value and no secret: an entry cannot be taken back. Whole numbers within ±2^53.</param>
    /// <exception cref="ArgumentException">The kind is none, the body is too long, or has no canonical form.</exception>
    public static JournalNote Of(string kind, JsonObject body)
    {
        if (!IsKind(kind)) throw new ArgumentException("a kind is lower-case letters, digits and '-', beginning with a letter", nameof(kind));
        try
        {
            var canonical = CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(body.ToJsonString()));
            return canonical.Length <= LongestBody
                ? new JournalNote(kind, Encoding.UTF8.GetString(canonical))
                : throw new ArgumentException($"the body of a journal entry has {canonical.Length} bytes; the limit is {LongestBody}", nameof(body));
        }
        catch (CanonicalJsonException e)
        {
            throw new ArgumentException($"the body of a journal entry has no canonical form: {e.Message}", nameof(body), e);
        }
    }

    internal static bool IsKind(string text) =>
        text.Length is > 0 and <= LongestKind && char.IsAsciiLetterLower(text[0]) && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
