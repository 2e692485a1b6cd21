using Godwit.Engine.Steps;

namespace Godwit.Engine.Runs;

/// <summary>Thrown inside a step's transaction, so that what the step has done is rolled back with it.</summary>
internal sealed class StepRefusal(StepResult result) : Exception
{
    public StepResult Result => result;
}
