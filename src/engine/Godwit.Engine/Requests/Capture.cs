using System.Text.RegularExpressions;
using Godwit.Engine.Expectations;

namespace Godwit.Engine.Requests;

/// <summary>A value of an answer that later requests use. It may be a token: it is never shown.</summary>
/// <param name="Name">By which it is used.</param>
/// <param name="Json">A JSON pointer into the body.</param>
/// <param name="Header">Else the header.</param>
/// <param name="Matches">What it has to match; the first group, where there is one, is kept.</param>
internal sealed record Capture(string Name, string? Json, string? Header, Regex? Matches)
{
    private const int Longest = 64 * 1024;

    /// <summary>The value, or why there is none.</summary>
    public (string? Value, string? Why) Take(RequestAnswer answer)
    {
        string? value;
        if (Json is not null)
        {
            if (JsonExpectation.Find(answer.Body, Json) is not var (found, text)) return (null, $"{Name} is not captured: the answer is no JSON");
            if (!found || text is null) return (null, $"{Name} is not captured: there is no {Json} in the answer");
            value = text;
        }
        else
        {
            value = answer.Header(Header!);
            if (value is null) return (null, $"{Name} is not captured: there is no header {Header}");
        }
        if (value.Length > Longest) return (null, $"{Name} is not captured: it is longer than {Longest / 1024} KB");
        if (Matches is null) return (value, null);
        try
        {
            if (Matches.Match(value) is not { Success: true } match) return (null, $"{Name} is not captured: it does not match");
            return (match.Groups.Count > 1 ? match.Groups[1].Value : match.Value, null);
        }
        catch (RegexMatchTimeoutException)
        {
            return (null, $"{Name} is not captured: its expression takes too long");
        }
    }
}
