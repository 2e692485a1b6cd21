using System.Globalization;
using System.Text.Json.Nodes;
using Godwit.Engine.Figures;
using Godwit.Engine.Mapping;
using Godwit.Engine.Keys;
using Godwit.Engine.Moves;
using Godwit.Engine.Moves.Keyed;
using Godwit.Engine.Transforms;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Runbooks;
using Godwit.Security.Keyring;

namespace Godwit.Engine.Steps.Move;

/// <summary>
/// One move of a runbook's run. The move has a run of its own in the target, whose id is remembered before anything is made: from then on its rows say
/// what is done.
/// </summary>
internal sealed class MoveStep(MoveTask task, INestedMoves moves) : IStep, IForesees, INeedsSecrets, INeedsKeys
{
    private const string Run = "run", MakesSchema = "makesSchema";

    /// <summary>Differences beyond this are counted: a table that is gone has as many as it had rows.</summary>
    private const int MostMismatches = 100;

    /// <summary>Made by the precheck, for what follows it at once: reading the source a second time would tell the same.</summary>
    private PreparedMove? _prepared;

    public string? Irreversible => null;

    public StepReach Reach => StepReach.Inside;

    /// <summary>Its tables are there after the first time, as a migration's are.</summary>
    public bool RunsOnce => true;

    public string UndoSummary => $"removes the tables and views that it made in schema {task.Schema}; " + (task.DropChanged
        ? "what was written to them since is lost with them"
        : "refuses when rows in them are no longer those that were moved");

    public async Task<Foresight> ForeseeAsync(string folder, IReadOnlyDictionary<string, ValueFrom> sources, IRunEnvironment environment, CancellationToken cancellation)
    {
        try
        {
            var review = await moves.ProfileAsync(task, folder, sources, environment, new MoveProgress(TimeProvider.System), cancellation);
            return new Foresight(review.Prepared is { } prepared ? [.. Lines(prepared.Plan)] : [], review.Findings);
        }
        catch (SourceFaultException fault)
        {
            return new Foresight([], [fault.Finding ?? Finding.Error(FindingCodes.SourceUnreadable, fault.Message)]);
        }
    }

    public IEnumerable<Finding> FindMissing(IRunEnvironment environment) => MoveTransforms.FindMissing(Transforms, environment);

    public IReadOnlyCollection<KeyPurpose> Purposes => KeyedMoves.Purposes(Transforms);

    private IEnumerable<ColumnTransform> Transforms => task.Map is var (path, map) ? MapFileReader.Read(map, path).Map.Tables.SelectMany(t => t.Columns).Select(c => c.Transform).OfType<ColumnTransform>() : [];

    public async Task<StepResult> PrecheckAsync(StepContext context, CancellationToken cancellation)
    {
        var progress = new MoveProgress(context.Time);
        try
        {
            var review = await new MoveWatch(context, progress).WhileAsync(token => moves.ReviewAsync(context, task, progress, token), null, stopForPause: true, cancellation);
            if (review is null) return StepMemory.PauseAsked;
            _prepared = review.Prepared;
            return review.Prepared is { } prepared ? new StepResult.Passed { Evidence = Foreseen(prepared.Plan) } : Refused(review.Findings);
        }
        catch (SourceFaultException fault)
        {
            return Of(fault);
        }
    }

    public async Task<StepResult> ApplyAsync(StepContext context, CancellationToken cancellation)
    {
        var memory = new StepMemory(context);
        var (state, _) = await memory.ReadAsync(cancellation);
        if (state is null)
        {
            // Saved before the first change: whoever comes after a crash looks for this run, and nobody else takes it for a move of its own.
            state = new JsonObject { [Run] = Guid.NewGuid().ToString(), [MakesSchema] = !await moves.HasSchemaAsync(context, task.Schema, cancellation) };
            await memory.SaveAsync(state, 0, null, cancellation);
        }
        return await WithMoveAsync(
            context, RunOf(state), mayBegin: true, _prepared,
            async (move, progress, stop) =>
            {
                var built = await new MoveWatch(context, progress).WhileAsync(
                    async token => new Built(await move.BuildAsync(context.PauseRequested, token)), state, stopForPause: false, stop);
                if (built is not { IsWhole: true }) return StepMemory.PauseAsked;
                var rows = move.Plan.Tables.Sum(t => t.Rows);
                await memory.SaveAsync(state, rows, rows, cancellation);
                return new StepResult.Passed { Evidence = Foreseen(move.Plan) };
            },
            cancellation);
    }

    public async Task<StepResult> VerifyAsync(StepContext context, CancellationToken cancellation)
    {
        var (state, _) = await new StepMemory(context).ReadAsync(cancellation);
        if (state is null) return StepResult.Fail(FindingCodes.RunStateForbids, $"step {context.Step.Id} does not know its move any more", "`godwit rollback` undoes what was done before it.");
        return await WithMoveAsync(
            context, RunOf(state), mayBegin: false, null,
            async (move, progress, stop) =>
            {
                var certified = await new MoveWatch(context, progress).WhileAsync(
                    async token => new Certified(await move.CertifyAsync(token)), null, stopForPause: true, stop);
                if (certified is null) return StepMemory.PauseAsked;
                var (verification, summary) = certified.Of;
                context.Progress.Figures?.Set(RunFigures.Mismatches, verification.Verified ? 0 : Math.Max(1, verification.Mismatches.Count));
                return Result(verification, summary);
            },
            cancellation);
    }

    public async Task<StepResult> UndoAsync(StepContext context, CancellationToken cancellation)
    {
        var memory = new StepMemory(context);
        var (state, _) = await memory.ReadAsync(cancellation);
        if (state is null) return StepResult.Done;
        try
        {
            var findings = await moves.RemoveAsync(context, task, RunOf(state), state[MakesSchema]!.GetValue<bool>(), cancellation);
            return findings.Count > 0 ? Refused(findings) : await memory.ForgetAsync(cancellation);
        }
        catch (SourceFaultException fault)
        {
            // Of a live move: what records changes there goes first.
            return Of(fault);
        }
    }

    private sealed record Built(bool IsWhole);

    private sealed record Certified((MoveVerification Verification, MoveSummary Summary) Of);

    private async Task<StepResult> WithMoveAsync(
        StepContext context, Guid run, bool mayBegin, PreparedMove? prepared, Func<INestedMove, MoveProgress, CancellationToken, Task<StepResult>> work, CancellationToken cancellation)
    {
        var progress = new MoveProgress(context.Time);
        using var limit = new CancellationTokenSource(context.Step.Timeout ?? Timeout.InfiniteTimeSpan, context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            switch (await moves.EnterAsync(context, task, run, mayBegin, prepared, progress, either.Token))
            {
                case MoveEntrance.Entered(var move):
                    await using (move) return await work(move, progress, either.Token);
                case MoveEntrance.Verified(var summary):
                    return new StepResult.Passed { Evidence = EvidenceOf(summary) };
                case MoveEntrance.Refused(var findings):
                    return Refused(findings);
                default:
                    throw new InvalidOperationException();
            }
        }
        catch (SourceFaultException fault)
        {
            return Of(fault);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return new StepResult.Undecided($"it was not done within its timeout ({context.Step.Timeout}); what is done is kept");
        }
    }

    private static StepResult Result(MoveVerification verification, MoveSummary summary)
    {
        var evidence = EvidenceOf(summary);
        foreach (var check in verification.Checks) evidence[$"check {check.Name}"] = check.Passed ? "passed" : "failed";
        if (verification.Verified) return new StepResult.Passed { Evidence = evidence };
        var findings = new List<Finding>();
        if (verification.SourceChanged)
        {
            findings.Add(Finding.Error(
                FindingCodes.SourceChanged, "somebody wrote to the source while it was moved", null, "Stop its writers; `godwit rollback` removes what was moved, then `godwit run` moves again."));
        }
        findings.AddRange(verification.Mismatches.Take(MostMismatches));
        var more = verification.Mismatches.Count - MostMismatches;
        if (more > 0) findings.Add(Finding.Error(FindingCodes.RowsDiffer, $"and {more} differences more"));
        if (findings.Count == 0) findings.Add(Finding.Error(FindingCodes.RowsDiffer, "source and target differ"));
        return new StepResult.Failed(findings) { Evidence = evidence };
    }

    private static StepResult Of(SourceFaultException fault) =>
        fault.Finding is { } finding ? new StepResult.Failed([finding]) : new StepResult.Undecided(fault.Message);

    /// <summary>The worst first: the run's reason is the first of them.</summary>
    private static StepResult.Failed Refused(IReadOnlyList<Finding> findings) =>
        new([.. findings.Where(f => f.Severity != Severity.Note).OrderByDescending(f => f.Severity)]);

    private static Guid RunOf(JsonObject state) => Guid.Parse(state[Run]!.GetValue<string>());

    private static Dictionary<string, string> Foreseen(MovePlan plan) => new(StringComparer.Ordinal)
    {
        ["schema"] = plan.Schema,
        ["tables"] = Text(plan.Tables.Count),
        ["rows"] = Text(plan.Tables.Sum(t => t.Rows)),
        ["views"] = Text(plan.Views.Count),
        ["not moved"] = Text(plan.NotMoved.Count),
    };

    private static Dictionary<string, string> EvidenceOf(MoveSummary summary) => new(StringComparer.Ordinal)
    {
        ["move"] = summary.Run.ToString(),
        ["schema"] = summary.Schema,
        ["tables"] = Text(summary.Tables),
        ["rows"] = Text(summary.Rows),
        ["in quarantine"] = Text(summary.Quarantined),
        ["not moved"] = Text(summary.NotMoved),
        ["digest"] = summary.Digest,
        ["certificate"] = summary.Certificate,
        ["signer"] = summary.Signer,
    };

    private static IEnumerable<string> Lines(MovePlan plan)
    {
        yield return string.Create(
            CultureInfo.InvariantCulture, $"moves {plan.Tables.Count} tables with {plan.Tables.Sum(t => t.Rows):N0} rows, about {plan.Tables.Sum(t => t.Bytes) / 1e6:N1} MB, and {plan.Views.Count} views into schema {plan.Schema}");
        foreach (var table in plan.Tables)
            yield return string.Create(CultureInfo.InvariantCulture, $"{table.SourceName}{(table.SourceName == table.TargetName ? "" : $" as {table.TargetName}")}: {table.Rows:N0} rows");
        foreach (var table in plan.Tables)
        {
            foreach (var column in table.Columns.Where(c => c.Transform is not null))
                yield return $"{table.TargetName}.{column.TargetName} {column.Type.Sql}: {column.Transform!.Text}";
            if (table.LeftOutColumns is { } leftOut) yield return $"leaves {string.Join(", ", leftOut)} of {table.SourceName} out";
        }
        if (plan.NotMoved.Count > 0) yield return string.Create(CultureInfo.InvariantCulture, $"leaves {plan.NotMoved.Count} objects behind: {string.Join(", ", plan.NotMoved.Select(n => $"{n.Kind} {n.Name}"))}");
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
