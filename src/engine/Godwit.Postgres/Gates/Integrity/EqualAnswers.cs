using Godwit.Engine.Expectations;
using Godwit.Engine.Runs;

namespace Godwit.Postgres.Gates.Integrity;

/// <summary>Two queries in one statement, so that both see the same moment.</summary>
internal sealed record EqualAnswers(string Name, string Left, string Right) : IIntegrityQuestion
{
    public async Task<(bool Holds, string Saw)> AskAsync(IRunTransaction transaction, CancellationToken cancellation)
    {
        // On lines of their own: a query may end in a comment.
        var row = (await transaction.QueryAsync($"SELECT (\n{Trim(Left)}\n), (\n{Trim(Right)}\n)", 1, cancellation))[0];
        var (left, right) = (AnswerText.Of(row[0]), AnswerText.Of(row[1]));
        var equal = left is not null && left == right;
        // Counts are figures; anything else may be a row's value.
        var figures = row.All(v => v is short or int or long);
        return (equal, figures ? $"{left} and {right}" : equal ? "equal" : left is null || right is null ? "there is no value to compare" : "not equal");
    }

    private static string Trim(string query) => query.Trim().TrimEnd(';');
}
