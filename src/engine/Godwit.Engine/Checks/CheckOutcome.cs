using Godwit.Engine.People;

namespace Godwit.Engine.Checks;

public enum CheckState
{
    Holds,

    /// <summary>The answer is not as expected.</summary>
    Fails,

    /// <summary>There is no answer.</summary>
    NoAnswer,
}

/// <param name="Saw">What was seen, in a few words: no row's value, no secret.</param>
public sealed record CheckOutcome(string Name, bool Warns, CheckState State, string Saw)
{
    /// <summary>Whose word is missing is nobody's fault: people are waited for.</summary>
    public bool IsPeoples { get; init; }

    /// <summary>Whose word was counted.</summary>
    public IReadOnlyList<AcceptedStatement> People { get; init; } = [];

    /// <summary>It says no to going on.</summary>
    public bool Stops => State != CheckState.Holds && !Warns;

    public bool IsWarning => State != CheckState.Holds && Warns;

    public override string ToString() => $"{Name}: {Saw}";

    /// <summary>What was seen, by the checks' names.</summary>
    public static Dictionary<string, string> Evidence(IEnumerable<CheckOutcome> outcomes)
    {
        var evidence = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var outcome in outcomes) evidence[outcome.Name] = outcome.IsWarning ? $"warning: {outcome.Saw}" : outcome.Saw;
        return evidence;
    }

    /// <summary>The ones that are not as expected, in one sentence.</summary>
    public static string Describe(IEnumerable<CheckOutcome> outcomes) => string.Join("; ", outcomes.Where(o => o.State != CheckState.Holds));
}
