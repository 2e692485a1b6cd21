using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Steps;

/// <summary>A step that can tell beforehand, from what it will read, how much it has to do. None of it is part of the plan's hash.</summary>
public interface IForesees
{
    Task<Foresight> ForeseeAsync(string folder, IReadOnlyDictionary<string, ValueFrom> sources, IRunEnvironment environment, CancellationToken cancellation);
}

/// <param name="Lines">What it will do, for a person.</param>
/// <param name="Findings">What stands against it as far as it could be seen.</param>
public sealed record Foresight(IReadOnlyList<string> Lines, IReadOnlyList<Finding> Findings);
