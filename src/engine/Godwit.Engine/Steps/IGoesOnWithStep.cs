using Godwit.Model.Runbooks;

namespace Godwit.Engine.Steps;

/// <summary>A kind whose steps go on with what another step of the run has begun: where that one is left out of a rehearsal, there is nothing to go on with.</summary>
public interface IGoesOnWithStep
{
    /// <returns>The other step's id.</returns>
    string StepOf(StepSettings step);
}
