using Godwit.Engine.Secrets;

namespace Godwit.Engine.Requests;

/// <summary>Requests to a service and what their answers have to be: what a smoke test asks once and a load test often.</summary>
public sealed record RequestFile
{
    internal IReadOnlyList<KeyValuePair<string, OutsideValue>> Variables { get; init; } = [];

    internal IReadOnlyList<Scenario> Scenarios { get; init; } = [];

    /// <summary>How long one request may take.</summary>
    internal TimeSpan LongestOne => Scenarios.SelectMany(s => s.Requests).Select(r => r.Timeout).DefaultIfEmpty().Max();

    /// <summary>How long all of it may take, one after another.</summary>
    internal TimeSpan Longest => Scenarios.Aggregate(TimeSpan.Zero, (sum, s) => sum + s.Longest);

    /// <summary>The names of its requests, each once.</summary>
    public IEnumerable<string> RequestNames => Scenarios.SelectMany(s => s.Requests).Select(r => r.Name).Distinct(StringComparer.Ordinal);
}

/// <summary>What one visitor does.</summary>
internal sealed record Scenario(string Name, int Weight, IReadOnlyList<ScenarioRequest> Requests)
{
    public TimeSpan Longest => Requests.Aggregate(TimeSpan.Zero, (sum, r) => sum + r.Timeout);
}

internal sealed record ScenarioRequest
{
    public required string Name { get; init; }

    public required string Method { get; init; }

    public required VariableText Path { get; init; }

    public IReadOnlyList<KeyValuePair<string, VariableText>> Headers { get; init; } = [];

    public RequestBody? Body { get; init; }

    /// <summary>How many redirections are followed, within one origin.</summary>
    public int Redirects { get; init; }

    /// <summary>Of the whole, redirections included.</summary>
    public required TimeSpan Timeout { get; init; }

    public required AnswerExpectation Expect { get; init; }

    public IReadOnlyList<Capture> Captures { get; init; } = [];

    /// <summary>Whether anybody looks into the answer's body; else it is only counted.</summary>
    public bool ReadsBody => Expect.ReadsBody || Captures.Any(c => c.Json is not null);
}
