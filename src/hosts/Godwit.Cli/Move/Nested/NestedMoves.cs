using System.Security.Cryptography;
using System.Text;
using Godwit.Engine.Certificates;
using Godwit.Engine.Moves;
using Godwit.Engine.Rows;
using Godwit.Engine.Steps;
using Godwit.Engine.Steps.Move;
using Godwit.Engine.Transforms;
using Godwit.Model.Digests;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Runbooks;
using Godwit.Postgres.Runs;
using Godwit.Sqlite.Native;

namespace Godwit.Cli.Move.Nested;

/// <summary>Moves of a SQLite file into the target of a runbook's run: what <c>godwit move</c> does, under the run's lease.</summary>
internal sealed class NestedMoves : INestedMoves
{
    public Task<MoveReview> ProfileAsync(
        MoveTask task, string folder, IReadOnlyDictionary<string, ValueFrom> sources, IRunEnvironment environment, MoveProgress progress, CancellationToken cancellation) =>
        ReviewAsync(task, SourcePlace.Find(task.Source, folder, sources, environment), "", (_, _, _) => Task.FromResult<IReadOnlyList<Finding>>([]), environment, progress, cancellation);

    public Task<MoveReview> ReviewAsync(StepContext context, MoveTask task, MoveProgress progress, CancellationToken cancellation)
    {
        var held = Held(context);
        return ReviewAsync(
            task, PlaceOf(context, task), NestedRequest.AddressOf(held.Target),
            (request, plan, names) => held.AskAsync(connection => TargetReadiness.CheckAsync(connection, request, plan, names, cancellation), cancellation),
            context.Environment, progress, cancellation);
    }

    public Task<bool> HasSchemaAsync(StepContext context, string schema, CancellationToken cancellation) => Held(context).HasSchemaAsync(schema, cancellation);

    public async Task<MoveEntrance> EnterAsync(
        StepContext context, MoveTask task, Guid run, bool mayBegin, PreparedMove? prepared, MoveProgress progress, CancellationToken cancellation)
    {
        var held = Held(context);
        var stored = await held.FindAsync(run, cancellation);
        if (stored is null ? !mayBegin : stored.State == RunState.Aborted)
            return new MoveEntrance.Refused([Finding.Error(FindingCodes.RunStateForbids, $"the move {run} of step {context.Step.Id} is {(stored is null ? "not on record" : "undone")}", null, "`godwit rollback` undoes the step; then it can be done anew.")]);
        if (stored is { State: RunState.Verified }) return NestedSummary.Read(stored) is { } summary ? new MoveEntrance.Verified(summary) : new MoveEntrance.Refused([NestedSummary.Unsound(run)]);
        var (path, missing) = PlaceOf(context, task);
        if (path is null) return new MoveEntrance.Refused([missing!]);
        var request = NestedRequest.Of(task, path, NestedRequest.AddressOf(held.Target));
        progress.Begin(MovePhase.Open);
        var opened = OpenedMove.Open(request, held.Target);
        try
        {
            if (opened.Source is null) return Left(new MoveEntrance.Refused(opened.Findings));
            if (stored is not null && RunOrigin.Read(stored.Description.Origin).Fingerprint != opened.Source.Fingerprint) return Left(new MoveEntrance.Refused([SourceChanged]));
            var description = stored?.Description;
            if (description is not null && SourceTransforms.UseAgain(opened.Source, description, context.Environment) is { Count: > 0 } secrets) return Left(new MoveEntrance.Refused(secrets));
            if (description is null)
            {
                var (begun, findings) = await BeginAsync(held, task, request, run, opened, prepared, context.Environment, progress, cancellation);
                if (begun is null) return Left(new MoveEntrance.Refused(findings));
                description = begun;
            }
            return new MoveEntrance.Entered(new NestedMove(request, opened, held.Open(description), stored?.StartedAt ?? context.Time.GetUtcNow(), progress, context.Time));
        }
        catch (SqliteException fault)
        {
            Left(null!);
            throw NestedMove.Unreadable(fault);
        }
        catch
        {
            Left(null!);
            throw;
        }

        MoveEntrance Left(MoveEntrance entrance)
        {
            opened.Dispose();
            RunPointer.Tidy();
            return entrance;
        }
    }

    public async Task<IReadOnlyList<Finding>> RemoveAsync(StepContext context, MoveTask task, Guid run, bool dropSchema, CancellationToken cancellation)
    {
        var held = Held(context);
        if (await held.FindAsync(run, cancellation) is not { } stored) return [];
        IReadOnlyDictionary<string, RangeDigest>? moved = null;
        // Of one that was not verified nobody has been told to use it.
        if (stored.State == RunState.Verified && !task.DropChanged)
        {
            if (NestedSummary.CertificateOf(stored) is not { } certificate) return [NestedSummary.Unsound(run)];
            moved = certificate.Tables.ToDictionary(t => t.TargetName, t => t.Digest.TryRead(out var digest) ? digest : default, StringComparer.Ordinal);
        }
        return await held.RemoveAsync(stored.Description, moved, dropSchema, cancellation);
    }

    private static async Task<(RunDescription? Begun, IReadOnlyList<Finding> Findings)> BeginAsync(
        MovesOfRun held, MoveTask task, MoveRequest request, Guid run, OpenedMove opened, PreparedMove? prepared, IRunEnvironment environment, MoveProgress progress, CancellationToken cancellation)
    {
        var origin = new RunOrigin(request, opened.Source!.Fingerprint);
        var plan = prepared is not null && RunOrigin.Read(prepared.Origin).Fingerprint == origin.Fingerprint ? prepared.Plan : null;
        if (plan is not null && SourceTransforms.Use(opened.Source, [.. MoveTransforms.Of(plan)], environment) is { Count: > 0 } missing) return (null, missing);
        if (plan is null)
        {
            var (planned, findings) = await PlanAsync(task, request, opened, environment, progress, cancellation);
            if (planned?.Result.Plan is not { } made || findings.Any(f => f.Severity == Severity.Error)) return (null, findings);
            plan = made;
        }
        var description = new RunDescription
        {
            Id = run, Plan = plan, HashKey = SipHash.Key(RandomNumberGenerator.GetBytes(16)), Origin = origin.For(run, plan, environment).Write(), ToolVersion = ToolVersion.Text,
        };
        var refusals = await held.BeginAsync(description, (connection, token) => TargetReadiness.CheckAsync(connection, request, plan, [], token), cancellation);
        return refusals.Count > 0 ? (null, refusals) : (description, []);
    }

    private static async Task<MoveReview> ReviewAsync(
        MoveTask task, (string? Path, Finding? Finding) place, string address, Func<MoveRequest, MovePlan?, IReadOnlyList<string>, Task<IReadOnlyList<Finding>>> lookAtTarget,
        IRunEnvironment environment, MoveProgress progress, CancellationToken cancellation)
    {
        var findings = new List<Finding>();
        if (place.Finding is { } missing) findings.Add(missing);
        var request = NestedRequest.Of(task, place.Path ?? "", address);
        progress.Begin(MovePhase.Open);
        // Undone in the other order: the source is closed, then what a private copy of it left is tidied away.
        using var tidy = new Tidying();
        using var opened = place.Path is null ? null : OpenedMove.Open(request, target: null);
        if (opened is not null) findings.AddRange(opened.Findings);
        PlannedMove? planned = null;
        if (opened?.Source is not null)
        {
            (planned, var more) = await PlanAsync(task, request, opened, environment, progress, cancellation);
            findings.AddRange(more);
        }
        findings.AddRange(await lookAtTarget(request, planned?.Result.Plan, planned?.Result.TargetNames ?? request.Tables));
        if (opened?.Source is null || planned?.Result.Plan is not { } plan || findings.Exists(f => f.Severity == Severity.Error)) return new MoveReview(null, findings);
        return new MoveReview(new PreparedMove(plan, new RunOrigin(request, opened.Source.Fingerprint).Write()), findings);
    }

    private static async Task<(PlannedMove? Planned, IReadOnlyList<Finding> Findings)> PlanAsync(
        MoveTask task, MoveRequest request, OpenedMove opened, IRunEnvironment environment, MoveProgress progress, CancellationToken cancellation)
    {
        var (options, misused) = PlanRequest.Read(request, task.Map);
        if (options is null) return (null, misused);
        try
        {
            var planned = await PlannedMove.PlanAsync(opened.Source!, options, request.Jobs, progress, cancellation, environment);
            return (planned, [.. misused, .. planned.Result.Findings.Select(AcceptedByStep)]);
        }
        catch (SqliteException fault)
        {
            throw NestedMove.Unreadable(fault);
        }
    }

    /// <summary>A step is told what it may do without by its settings: the option of the command is not there.</summary>
    private static Finding AcceptedByStep(Finding finding)
    {
        const string option = "--accept ";
        return finding.Remedy is { } remedy && remedy.LastIndexOf(option, StringComparison.Ordinal) is >= 0 and var at && remedy[(at + option.Length)..].Split(' ', 2) is [var code, var rest]
            ? finding with { Remedy = $"{remedy[..at]}accept: [{code}] in the step {rest}" }
            : finding;
    }

    private static (string? Path, Finding? Finding) PlaceOf(StepContext context, MoveTask task) => SourcePlace.Find(task.Source, context.Folder, context.Sources, context.Environment);

    private static MovesOfRun Held(StepContext context) =>
        context.Target is IHoldsMoves holder ? holder.Moves : throw new InvalidOperationException("this target has no moves");

    private sealed class Tidying : IDisposable
    {
        public void Dispose() => RunPointer.Tidy();
    }

    private static Finding SourceChanged => Finding.Error(
        FindingCodes.SourceChanged, "the source has been written to since the move began, so its plan no longer holds", null,
        "`godwit rollback` removes what was moved; then `godwit run` moves what is there now.");
}
