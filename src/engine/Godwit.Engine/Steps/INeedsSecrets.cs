using Godwit.Model.Findings;

namespace Godwit.Engine.Steps;

/// <summary>A step that needs secrets: a run that lacks one is refused before it begins, instead of hours later in front of the step.</summary>
public interface INeedsSecrets
{
    IEnumerable<Finding> FindMissing(IRunEnvironment environment);
}
