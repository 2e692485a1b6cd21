using Godwit.Engine.Expectations;
using Godwit.Engine.Runs;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Postgres.Scripts;

namespace Godwit.Postgres.Steps.Sql;

internal sealed class SqlStep(SqlSettings settings, MigrationPart up, MigrationPart? down) : IAtomicStep
{
    public string? Irreversible => down is null ? "its file has no way down" : null;

    public StepReach Reach => StepReach.Inside;

    /// <summary>Files called R__… hold what is replaced as a whole, such as views and functions, and run whenever they have changed.</summary>
    public bool RunsOnce => !IsRepeatable;

    public bool RunsWhenChanged => IsRepeatable;

    private bool IsRepeatable => Path.GetFileName(settings.Up).StartsWith("R__", StringComparison.Ordinal);

    public string UndoSummary => down is null ? "nothing undoes it" : $"runs {settings.Down ?? settings.Up}, {down.Statements.Count} statement{(down.Statements.Count == 1 ? "" : "s")}";

    public bool IsAtomic => settings.Transaction && up.Transaction && (down?.Transaction ?? true);

    public bool JoinsOthers => IsAtomic && !HasVerify && StatementKinds.MakesOnlyNew(up.Statements);

    public bool HasVerify => settings.Verify.Count > 0;

    public SessionTerms Terms(StepContext context) => settings.Terms;

    public Task<StepResult> PrecheckAsync(StepContext context, CancellationToken cancellation) => Task.FromResult(StepResult.Done);

    public Task<StepResult> ApplyAsync(StepContext context, IRunTransaction transaction, CancellationToken cancellation) => RunAsync(up, transaction, cancellation);

    public Task<StepResult> UndoAsync(StepContext context, IRunTransaction transaction, CancellationToken cancellation) => RunAsync(down!, transaction, cancellation);

    public Task<StepResult> ApplyAsync(StepContext context, CancellationToken cancellation) =>
        new StatementByStatement(settings, up, settings.Up, "up", context).RunAsync(cancellation);

    public Task<StepResult> UndoAsync(StepContext context, CancellationToken cancellation) =>
        new StatementByStatement(settings, down!, settings.Down ?? settings.Up, "down", context).RunAsync(cancellation);

    public Task<StepResult> VerifyAsync(StepContext context, CancellationToken cancellation) =>
        context.Target.InTransactionAsync<StepResult>(
            settings.Terms,
            async (transaction, token) =>
            {
                // A question that writes is a mistake, and must not be answered by its own writing.
                await transaction.ExecuteAsync("SET LOCAL transaction_read_only = on", token);
                var findings = new List<Finding>();
                foreach (var (query, expect) in settings.Verify)
                {
                    var rows = await transaction.QueryAsync(query, 1, token);
                    var answer = rows.Count == 0 ? null : AnswerText.Of(rows[0][0]);
                    if (answer != expect) findings.Add(Finding.Error(FindingCodes.ExpectationFailed, $"a query of step {context.Step.Id} did not answer \"{expect}\"", null, query));
                }
                return findings.Count == 0 ? StepResult.Done : new StepResult.Failed(findings);
            },
            cancellation);

    private static async Task<StepResult> RunAsync(MigrationPart part, IRunTransaction transaction, CancellationToken cancellation)
    {
        IReadOnlyList<string> statements = [.. part.Statements.Select(s => s.Text)];
        // What follows in this transaction is written by godwit's own role.
        if (part.Statements.Any(s => s.StartsWith("SET") && s.Words.Any(w => w is "ROLE" or "AUTHORIZATION"))) statements = [.. statements, "RESET SESSION AUTHORIZATION", "RESET ROLE"];
        try
        {
            await transaction.ExecuteAllAsync(statements, cancellation);
            return StepResult.Done;
        }
        catch (TargetFaultException fault) when (fault is { Fault: TargetFault.Refused, Statement: { } at } && at < part.Statements.Count)
        {
            throw new TargetFaultException(fault.Fault, $"line {part.Statements[at].Line}: {fault.Message}", fault.SqlState, fault) { Position = fault.Position, Statement = at };
        }
    }
}
