using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Godwit.Engine.Expectations;

namespace Godwit.Engine.Requests;

/// <summary>What an answer has to be. What is said about one that is not names no value of it, nor of a variable.</summary>
internal sealed record AnswerExpectation
{
    public IReadOnlyList<int> Statuses { get; init; } = [];

    public IReadOnlyList<ExpectedHeader> Headers { get; init; } = [];

    public IReadOnlyList<VariableText> Contains { get; init; } = [];

    public IReadOnlyList<ExpectedJson> Json { get; init; } = [];

    public TimeSpan? Within { get; init; }

    public bool ReadsBody => Contains.Count > 0 || Json.Count > 0;

    public IEnumerable<VariableText> Texts => [.. Headers.Select(h => h.Equal).OfType<VariableText>(), .. Contains, .. Json.Select(j => j.Equal).OfType<VariableText>()];

    public bool IsExpected(int status) => Statuses.Count == 0 ? status is >= 200 and <= 299 : Statuses.Contains(status);

    /// <summary>Why an answer is not as expected; null when it is.</summary>
    public string? Refuse(RequestAnswer answer, IReadOnlyDictionary<string, string> variables)
    {
        if (!IsExpected(answer.Status)) return $"answered {answer.Status.ToString(CultureInfo.InvariantCulture)}";
        try
        {
            return Headers.Select(h => h.Refuse(answer, variables)).FirstOrDefault(why => why is not null)
                ?? RefuseBody(answer, variables)
                ?? (answer.Took > Within ? string.Create(CultureInfo.InvariantCulture, $"took {answer.Took.TotalMilliseconds:0} ms, and had to take at most {Within.Value.TotalMilliseconds:0} ms") : null);
        }
        catch (RegexMatchTimeoutException)
        {
            return "an expression takes too long";
        }
    }

    private string? RefuseBody(RequestAnswer answer, IReadOnlyDictionary<string, string> variables)
    {
        if (!ReadsBody) return null;
        if (answer.IsCut) return $"its body is larger than {RequestClient.LargestBody / 1024} KB";
        var text = Contains.Count > 0 ? Encoding.UTF8.GetString(answer.Body.Span) : "";
        foreach (var (i, expected) in Contains.Index())
        {
            if (!text.Contains(expected.Fill(variables), StringComparison.Ordinal)) return $"its body does not hold text {(i + 1).ToString(CultureInfo.InvariantCulture)} of \"contains\"";
        }
        return Json.Select(j => j.Refuse(answer.Body, variables)).FirstOrDefault(why => why is not null);
    }
}

internal sealed record ExpectedHeader(string Name, VariableText? Equal, Regex? Matches, bool Absent)
{
    public string? Refuse(RequestAnswer answer, IReadOnlyDictionary<string, string> variables)
    {
        var value = answer.Header(Name);
        if (Absent) return value is null ? null : $"has the header {Name}";
        if (value is null) return $"has no header {Name}";
        if (Equal is not null && value != Equal.Fill(variables)) return $"its header {Name} is not as expected";
        return Matches is not null && !Matches.IsMatch(value) ? $"its header {Name} does not match" : null;
    }
}

/// <param name="At">A JSON pointer.</param>
/// <param name="Equal">What the value has to be, as text.</param>
/// <param name="Bounds">Bounds of a number; null where there are none.</param>
/// <param name="Matches">What it has to match.</param>
internal sealed record ExpectedJson(string At, VariableText? Equal, Expectation? Bounds, Regex? Matches)
{
    public string? Refuse(ReadOnlyMemory<byte> body, IReadOnlyDictionary<string, string> variables)
    {
        var place = At.Length == 0 ? "the document" : At;
        if (JsonExpectation.Find(body, At) is not var (found, text)) return "the answer is no JSON";
        if (!found) return $"there is no {place} in the answer";
        if (Equal is not null && text != Equal.Fill(variables)) return $"{place} is not as expected";
        if (Bounds?.Refuse(text) is { } why) return $"{place} {why}";
        return Matches is not null && (text is null || !Matches.IsMatch(text)) ? $"{place} does not match" : null;
    }
}
