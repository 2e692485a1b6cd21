using Godwit.Engine.Runs;

namespace Godwit.Engine.Figures;

/// <summary>Asks databases for figures, beside whatever else goes on there. Asking changes nothing and locks nothing that others wait for.</summary>
public interface IFigureQueries
{
    /// <param name="source">A source of the runbook; null for the target.</param>
    /// <param name="query">It has to answer with one row of one column.</param>
    /// <param name="terms">Limits.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>The answer as text, or why there is none: no row's value, no secret.</returns>
    Task<(string? Answer, string? Fault)> AskAsync(string? source, string query, SessionTerms terms, CancellationToken cancellation);
}

/// <summary>Where no database is in reach.</summary>
public sealed class NoFigureQueries : IFigureQueries
{
    public static NoFigureQueries Instance { get; } = new();

    public Task<(string? Answer, string? Fault)> AskAsync(string? source, string query, SessionTerms terms, CancellationToken cancellation) =>
        Task.FromResult<(string?, string?)>((null, "no database is in reach here"));
}
