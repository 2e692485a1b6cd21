using Godwit.Engine.Runs;

namespace Godwit.Engine.Checks;

/// <summary>The sources that a runbook names, for checks that ask them. Asking changes nothing.</summary>
public interface ICheckSources
{
    /// <param name="source">Its name in the runbook.</param>
    /// <param name="query">Its first row's first column is the answer.</param>
    /// <param name="terms">Limits.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>The answer as text, or why there is none: no row's value, no secret.</returns>
    Task<(string? Answer, string? Fault)> AskAsync(string source, string query, SessionTerms terms, CancellationToken cancellation);
}

/// <summary>Where no source is in reach.</summary>
public sealed class NoCheckSources : ICheckSources
{
    public static NoCheckSources Instance { get; } = new();

    public Task<(string? Answer, string? Fault)> AskAsync(string source, string query, SessionTerms terms, CancellationToken cancellation) =>
        Task.FromResult<(string?, string?)>((null, $"the source {source} cannot be asked here"));
}
