using System.Text.Json;
using Godwit.Engine.Runs;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Postgres.Scripts;

namespace Godwit.Postgres.Steps.Sql;

/// <summary>
/// Statements outside a transaction. Before each one it is noted that it begins, after it that it is done; killed in between, nobody can tell whether
/// it happened, except for indexes built or dropped CONCURRENTLY, whose state the catalog tells. What nobody can tell pauses the run until a person says.
/// </summary>
internal sealed class StatementByStatement(SqlSettings settings, MigrationPart part, string file, string direction, StepContext context)
{
    private static readonly SessionTerms Notes = new(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(30));

    /// <summary>Waiting for a lock is what CONCURRENTLY does; a short limit would leave an invalid index behind.</summary>
    private static readonly TimeSpan ConcurrentLock = TimeSpan.FromHours(1);

    public async Task<StepResult> RunAsync(CancellationToken cancellation)
    {
        var progress = await ReadAsync(cancellation);
        for (var i = progress.Done; i < part.Statements.Count; i++)
        {
            var statement = part.Statements[i];
            if (progress.Begun == i)
            {
                switch (await FindOutAsync(statement, cancellation))
                {
                    case true:
                        await SaveAsync(new Progress(direction, i + 1, null), cancellation);
                        continue;
                    case null:
                        return new StepResult.Undecided(
                            $"{file}, line {statement.Line}: the statement was begun and its end was not seen; look whether it happened, then `godwit resume --unknown done` or `--unknown again`");
                }
            }
            await SaveAsync(new Progress(direction, i, i), cancellation);
            try
            {
                await ExecuteAsync(statement, cancellation);
            }
            catch (TargetFaultException fault) when (fault.Fault != TargetFault.ConnectionLost)
            {
                // The server said that it did not happen; an index that was not finished is cleared away.
                if (ConcurrentIndex.NameOf(statement) is { } name) await ConcurrentIndex.DropInvalidAsync(context.Target, Terms(statement), name, cancellation);
                await SaveAsync(new Progress(direction, i, null), cancellation);
                if (fault.IsPassing) throw;
                return StepResult.Fail(FindingCodes.StatementFailed, $"{file}, line {statement.Line}: {fault.Message}", $"{i} of {part.Statements.Count} statements are done; `godwit resume` goes on with this one.");
            }
            await SaveAsync(new Progress(direction, i + 1, null), cancellation);
            progress = progress with { Begun = null };
            context.Progress.Report(i + 1, part.Statements.Count);
        }
        return StepResult.Done;
    }

    /// <summary>True: it happened. False: it did not. Null: nobody knows.</summary>
    private async Task<bool?> FindOutAsync(SqlStatement statement, CancellationToken cancellation)
    {
        if (ConcurrentIndex.NameOf(statement) is { } name) return await ConcurrentIndex.IsBuiltAsync(context.Target, Terms(statement), name, cancellation);
        if (ConcurrentIndex.DroppedBy(statement) is { } dropped) return await ConcurrentIndex.IsGoneAsync(context.Target, Terms(statement), dropped, cancellation);
        return context.Unknown switch { UnknownStatement.Done => true, UnknownStatement.Again => false, _ => null };
    }

    private Task<long> ExecuteAsync(SqlStatement statement, CancellationToken cancellation) =>
        context.Target.OutsideTransactionAsync(Terms(statement), (session, token) => session.ExecuteAsync(statement.Text, token), cancellation);

    private SessionTerms Terms(SqlStatement statement) =>
        StatementKinds.IsConcurrent(statement) ? settings.Terms with { Lock = ConcurrentLock, Statement = TimeSpan.Zero } : settings.Terms;

    private Task<Progress> ReadAsync(CancellationToken cancellation) =>
        context.Target.InTransactionAsync(
            Notes,
            async (transaction, token) =>
            {
                var none = new Progress(direction, 0, null);
                if (await transaction.ReadProgressAsync(token) is not { } text) return none;
                var saved = JsonSerializer.Deserialize(text, SqlStepJson.Default.Progress);
                return saved?.Direction == direction ? saved : none;
            },
            cancellation);

    private Task<bool> SaveAsync(Progress progress, CancellationToken cancellation) =>
        context.Target.InTransactionAsync(
            Notes,
            async (transaction, token) =>
            {
                await transaction.SaveProgressAsync(JsonSerializer.Serialize(progress, SqlStepJson.Default.Progress), progress.Done, part.Statements.Count, token);
                return true;
            },
            cancellation);

    /// <param name="Direction">up or down.</param>
    /// <param name="Done">How many statements are done.</param>
    /// <param name="Begun">The one that was begun and not seen to end.</param>
    internal sealed record Progress(string Direction, int Done, int? Begun);
}
