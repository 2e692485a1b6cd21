using System.Globalization;
using Godwit.Engine.Expectations;
using Godwit.Engine.Gates;
using Godwit.Engine.Http;
using Godwit.Engine.Rehearsals;
using Godwit.Engine.Runs;
using Godwit.Engine.Steps;

namespace Godwit.Engine.Checks;

/// <summary>Asks the questions of checks.</summary>
public sealed class CheckRunner(IRunTarget target, IRunEnvironment environment, TimeProvider time, HttpSender http, ICheckSources sources, RehearsalRules? rehearsal = null)
{
    public static CheckRunner Of(StepContext context) => new(context.Target, context.Environment, context.Time, HttpSender.Shared, context.CheckSources, context.Rehearsal);

    public static CheckRunner Of(GateContext context) => new(context.Target, context.Environment, context.Time, HttpSender.Shared, context.CheckSources, context.Rehearsal);

    /// <summary>One after another: a service that is looked at is not put under load.</summary>
    public async Task<IReadOnlyList<CheckOutcome>> AskAllAsync(IReadOnlyList<Check> checks, CancellationToken cancellation)
    {
        var outcomes = new List<CheckOutcome>(checks.Count);
        foreach (var check in checks) outcomes.Add(await AskAsync(check, cancellation));
        return outcomes;
    }

    public async Task<CheckOutcome> AskAsync(Check check, CancellationToken cancellation) => check switch
    {
        _ when rehearsal?.WhyNotAsked(check) is { } why => new CheckOutcome(check.Name, check.Warns, CheckState.Holds, why),
        Check.Sql sql => await AskAsync(sql, cancellation),
        Check.Http request => await AskAsync(request, cancellation),
        _ => throw new ArgumentException("an unknown kind of check", nameof(check)),
    };

    private async Task<CheckOutcome> AskAsync(Check.Sql check, CancellationToken cancellation)
    {
        var (answer, fault) = check.Source is { } source ? await sources.AskAsync(source, check.Query, check.Terms, cancellation) : await QueryAsync(check.Query, check.Terms, cancellation);
        if (fault is not null) return new CheckOutcome(check.Name, check.Warns, CheckState.NoAnswer, fault);
        return check.Expected.Refuse(answer) is { } why
            ? new CheckOutcome(check.Name, check.Warns, CheckState.Fails, why)
            : new CheckOutcome(check.Name, check.Warns, CheckState.Holds, check.Expected.HasBounds ? $"{answer}, {check.Expected.Bounds}" : $"answered \"{check.Expected.Equal}\"");
    }

    private async Task<CheckOutcome> AskAsync(Check.Http check, CancellationToken cancellation)
    {
        switch (await http.SendAsync(check.Request, environment, null, time, cancellation))
        {
            case HttpAnswer.Came came when check.Request.Refuse(came) is { } why:
                return new CheckOutcome(check.Name, check.Warns, CheckState.Fails, why);
            case HttpAnswer.Came came:
                return new CheckOutcome(check.Name, check.Warns, CheckState.Holds, $"answered {came.Status.ToString(CultureInfo.InvariantCulture)} in {came.Took.TotalMilliseconds:0} ms");
            case HttpAnswer.None none:
                return new CheckOutcome(check.Name, check.Warns, CheckState.NoAnswer, none.Reason);
            case HttpAnswer.NotSent none:
                return new CheckOutcome(check.Name, check.Warns, CheckState.NoAnswer, none.Reason);
            default:
                throw new InvalidOperationException();
        }
    }

    /// <summary>The first column of the target's first row, or why there is no answer. A question that writes is a mistake, and is refused by the target.</summary>
    public async Task<(string? Answer, string? Fault)> QueryAsync(string query, SessionTerms terms, CancellationToken cancellation)
    {
        try
        {
            return (await target.InTransactionAsync(
                terms,
                async (transaction, token) =>
                {
                    await transaction.ExecuteAsync("SET TRANSACTION READ ONLY", token);
                    await foreach (var row in transaction.StreamAsync(query, token)) return row.Count == 0 ? null : AnswerText.Of(row[0]);
                    return null;
                },
                cancellation), null);
        }
        catch (TargetFaultException fault)
        {
            return (null, Describe(fault));
        }
    }

    /// <summary>
    /// A fault without what it may repeat of a row: of refusals only those of class 42, which name parts of the query, are shown in the server's words
    /// (https://www.postgresql.org/docs/current/errcodes-appendix.html).
    /// </summary>
    public static string Describe(TargetFaultException fault) => fault switch
    {
        { Fault: TargetFault.StatementTimeout } => "the query took longer than its limit",
        { Fault: TargetFault.ConnectionLost } => "the connection to the target broke",
        { SqlState: { } state } when state.StartsWith("42", StringComparison.Ordinal) => $"the query was refused: {fault.Message} (SQLSTATE {state})",
        { SqlState: { } state } => $"the query was refused (SQLSTATE {state})",
        _ => "the query was refused",
    };
}
