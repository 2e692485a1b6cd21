using Godwit.Engine.Checks;
using Godwit.Engine.Gates;
using Godwit.Engine.Runs;

namespace Godwit.Postgres.Gates.Integrity;

/// <summary>A question about the data, which is answered in one transaction that changes nothing.</summary>
internal interface IIntegrityQuestion
{
    string Name { get; }

    /// <summary>Whether it holds, and what was seen.</summary>
    Task<(bool Holds, string Saw)> AskAsync(IRunTransaction transaction, CancellationToken cancellation);
}

internal sealed class IntegrityGate(IReadOnlyList<Check> checks, IReadOnlyList<IIntegrityQuestion> questions, SessionTerms terms) : IGate
{
    public async Task<GateVerdict> EvaluateAsync(GateContext context, CancellationToken cancellation)
    {
        var outcomes = new List<CheckOutcome>(await CheckRunner.Of(context).AskAllAsync(checks, cancellation));
        foreach (var question in questions) outcomes.Add(await AskAsync(question, context.Target, cancellation));
        return CheckResults.Of(outcomes);
    }

    private async Task<CheckOutcome> AskAsync(IIntegrityQuestion question, IRunTarget target, CancellationToken cancellation)
    {
        try
        {
            var (holds, saw) = await target.InTransactionAsync(
                terms,
                async (transaction, token) =>
                {
                    await transaction.ExecuteAsync("SET TRANSACTION READ ONLY", token);
                    return await question.AskAsync(transaction, token);
                },
                cancellation);
            return new CheckOutcome(question.Name, false, holds ? CheckState.Holds : CheckState.Fails, saw);
        }
        catch (TargetFaultException fault)
        {
            return new CheckOutcome(question.Name, false, CheckState.NoAnswer, CheckRunner.Describe(fault));
        }
    }
}
