namespace Godwit.Http.Problems;

/// <summary>Ends a request with a problem, from wherever it is noticed. It is an answer, and no fault that is logged.</summary>
public sealed class ProblemException(Problem problem) : Exception(problem.Title)
{
    public Problem Problem => problem;
}
