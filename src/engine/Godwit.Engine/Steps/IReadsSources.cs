using Godwit.Model.Runbooks;

namespace Godwit.Engine.Steps;

/// <summary>A kind whose steps read databases beside the target: a name that the runbook's <c>sources</c> do not have is found before anything runs.</summary>
public interface IReadsSources
{
    /// <returns>The names, each with its place in the step's settings.</returns>
    IEnumerable<(string Pointer, string Source)> SourcesOf(StepSettings step);
}

/// <summary>A kind whose steps put another database in the place of a source: it must not be the one that the run is in.</summary>
public interface IReplacesSources : IReadsSources;
