using Godwit.Engine.Http;
using Godwit.Engine.Steps;

namespace Godwit.Engine.Figures;

/// <summary>What looking at figures needs.</summary>
public sealed record FigureContext
{
    public required IFigureQueries Queries { get; init; }

    public required IRunEnvironment Environment { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>The runbook's folder: paths of log files start there.</summary>
    public required string Folder { get; init; }

    /// <summary>The run's own figures; null where there is no run.</summary>
    public RunFigures? Run { get; init; }

    public HttpSender Http { get; init; } = HttpSender.Shared;
}
