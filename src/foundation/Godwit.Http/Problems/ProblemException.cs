namespace Godwit.Http.Problems;

/// <summary>Ends a request with a problem, from wherever it is noticed. It is an answer, and no fault that is logged.</summary>
/// <param name="problem">The answer.</param>
/// <param name="cause">What led to it; it is told to nobody.</param>
public sealed class ProblemException(Problem problem, Exception? cause = null) : Exception(problem.Title, cause)
{
    public Problem Problem => problem;
}
