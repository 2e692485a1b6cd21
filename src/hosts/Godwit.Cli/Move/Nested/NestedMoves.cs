using System.Security.Cryptography;
using System.Text;
using Godwit.Cli.Move.Sources;
using Godwit.Engine.Certificates;
using Godwit.Engine.Live;
using Godwit.Engine.Keys;
using Godwit.Engine.Moves;
using Godwit.Engine.Moves.Keyed;
using Godwit.Engine.Rows;
using Godwit.Engine.Steps;
using Godwit.Engine.Steps.Move;
using Godwit.Engine.Transforms;
using Godwit.Model.Digests;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Runbooks;
using Godwit.Postgres.Runs;
using Godwit.Postgres.Sourcing;
using Godwit.Security.Keyring;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Planning;

namespace Godwit.Cli.Move.Nested;

/// <summary>Moves of a SQLite file, or of a schema of a PostgreSQL database, into the target of a runbook's run: what <c>godwit move</c> does, under the run's lease.</summary>
internal sealed class NestedMoves : INestedMoves
{
    public Task<MoveReview> ProfileAsync(
        MoveTask task, string folder, IReadOnlyDictionary<string, ValueFrom> sources, IRunEnvironment environment, MoveProgress progress, CancellationToken cancellation) =>
        ReviewAsync(task, SourcePlace.Find(task.Source, folder, sources, environment), target: null, "", (_, _, _) => Task.FromResult<IReadOnlyList<Finding>>([]), _ => Task.FromResult<IReadOnlyList<Finding>>([]), environment, progress, cancellation);

    public Task<MoveReview> ReviewAsync(StepContext context, MoveTask task, MoveProgress progress, CancellationToken cancellation)
    {
        var held = Held(context);
        return ReviewAsync(
            task, PlaceOf(context, task), held.Target, NestedRequest.AddressOf(held.Target),
            (request, plan, names) => held.AskAsync<IReadOnlyList<Finding>>(
                async connection =>
                [
                    .. await TargetReadiness.CheckAsync(connection, request, plan, names, cancellation),
                    .. task.Live && plan is not null ? await NestedLiveReadiness.OfTargetAsync(connection, plan, cancellation) : [],
                ],
                cancellation),
            plan => plan is null ? Task.FromResult<IReadOnlyList<Finding>>([]) : KeyReadiness.FindMissingAsync(context.Keyring, KeyedMoves.Purposes(plan), cancellation),
            context.Environment, progress, cancellation, byName: task.Live && held.ByName);
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
        var place = PlaceOf(context, task);
        if (place.Path is not { } path) return new MoveEntrance.Refused([place.Finding!]);
        var request = NestedRequest.Of(task, path, NestedRequest.AddressOf(held.Target));
        progress.Begin(MovePhase.Open);
        var opened = await OpenedMove.OpenAsync(request, held.Target, place.Connections, cancellation);
        try
        {
            if (opened.Source is null) return Left(new MoveEntrance.Refused(opened.Findings));
            if (stored is not null && !task.Live && !await opened.Source.IsStillAsync(RunOrigin.Read(stored.Description.Origin).Fingerprint, cancellation)) return Left(new MoveEntrance.Refused([SourceChanged]));
            var description = stored?.Description;
            if (description is not null && opened.Source.UseAgain(description, context.Environment) is { Count: > 0 } secrets) return Left(new MoveEntrance.Refused(secrets));
            if (description is null)
            {
                var (begun, findings) = await BeginAsync(held, task, request, run, opened, prepared, context.Environment, progress, cancellation);
                if (begun is null) return Left(new MoveEntrance.Refused(findings));
                description = begun;
            }
            if (!task.Live && await opened.UseKeysAsync(description.Plan, context.Keyring, writes: true, cancellation) is { Count: > 0 } keys) return Left(new MoveEntrance.Refused(keys));
            if (task.Live)
            {
                var sides = new CertifiedSides(opened.Source.Certified(description.Plan.SourceSchemaHash), CertificateOutput.ServerOf(held.Target), held.Target.Url.Database, "");
                // Closed first: another handle on the file, closed, drops the locks of those that are open.
                Left(null!);
                var startedAt = stored?.StartedAt ?? context.Time.GetUtcNow();
                Task<LiveParts> OpenAsync(Func<bool> pause, CancellationToken token) => NestedLive.OpenAsync(held, description, request, LivePlaces.Of(context), pause, progress, context.Time, token);
                return new MoveEntrance.Entered(new NestedLiveMove(request, sides, await OpenAsync(() => false, cancellation), OpenAsync, startedAt, context.Time));
            }
            return new MoveEntrance.Entered(new NestedMove(request, opened, held.Open(description), stored?.StartedAt ?? context.Time.GetUtcNow(), progress, context.Time));
        }
        catch (Exception fault) when (fault is SqliteException or SourceReadException)
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

    public Task<(LiveSession? Session, IReadOnlyList<Finding> Findings)> OpenLiveAsync(StepContext context, string step, CancellationToken cancellation) => NestedLive.OpenAsync(Held(context), context, step, cancellation);

    public async Task<IReadOnlyList<Finding>> RemoveAsync(StepContext context, MoveTask task, Guid run, bool dropSchema, CancellationToken cancellation)
    {
        var held = Held(context);
        if (await held.FindAsync(run, cancellation) is not { } stored) return [];
        if (task.Live && stored.State != RunState.Aborted) return await NestedLive.RemoveAsync(held, context, stored, dropSchema, cancellation);
        IReadOnlyDictionary<string, RangeDigest>? moved = null;
        // Of one that was not verified nobody has been told to use it.
        if (stored.State == RunState.Verified && !task.DropChanged)
        {
            if (NestedSummary.CertificateOf(stored) is not { } certificate) return [NestedSummary.Unsound(run)];
            moved = certificate.Tables.ToDictionary(t => t.TargetName, t => t.Digest.TryRead(out var digest) ? digest : default, StringComparer.Ordinal);
        }
        try
        {
            Func<TablePlan, IRowOpener?> openerOf = moved is null ? _ => null : await KeyedRowSource.OpenersAsync(stored.Description.Plan, context.Keyring, cancellation);
            return await held.RemoveAsync(stored.Description, moved, openerOf, dropSchema, live: null, cancellation);
        }
        catch (KeyringException reason)
        {
            return [KeyReadiness.Missing(reason)];
        }
    }

    private static async Task<(RunDescription? Begun, IReadOnlyList<Finding> Findings)> BeginAsync(
        MovesOfRun held, MoveTask task, MoveRequest request, Guid run, OpenedMove opened, PreparedMove? prepared, IRunEnvironment environment, MoveProgress progress, CancellationToken cancellation)
    {
        // From PostgreSQL nothing of a live plan rests on rows, and whether the schema is the same is looked at when its recording begins: to look at every row once more would say nothing.
        var plan = prepared is not null && task.Live && SourceAddress.IsUrl(request.From) ? prepared.Plan : prepared is not null && await opened.Source!.IsStillAsync(RunOrigin.Read(prepared.Origin).Fingerprint, cancellation) ? prepared.Plan : null;
        if (plan is not null && opened.Source!.Use(plan, environment) is { Count: > 0 } missing) return (null, missing);
        if (plan is null)
        {
            var (planned, findings) = await PlanAsync(task, request, opened, environment, progress, cancellation);
            if (planned?.Plan is not { } made || findings.Any(f => f.Severity == Severity.Error)) return (null, findings);
            plan = made;
        }
        var description = new RunDescription
        {
            Id = run, Plan = plan, HashKey = SipHash.Key(RandomNumberGenerator.GetBytes(16)), Origin = new RunOrigin(request, opened.Source!.Fingerprint).For(run, plan, environment).Write(), ToolVersion = ToolVersion.Text,
        };
        var refusals = await held.BeginAsync(description, (connection, token) => TargetReadiness.CheckAsync(connection, request, plan, [], token), cancellation);
        return refusals.Count > 0 ? (null, refusals) : (description, []);
    }

    private static async Task<MoveReview> ReviewAsync(
        MoveTask task, FoundSource place, PostgresTarget? target, string address, Func<MoveRequest, MovePlan?, IReadOnlyList<string>, Task<IReadOnlyList<Finding>>> lookAtTarget,
        Func<MovePlan?, Task<IReadOnlyList<Finding>>> lookAtKeys,
        IRunEnvironment environment, MoveProgress progress, CancellationToken cancellation, bool byName = false)
    {
        var findings = new List<Finding>();
        if (place.Finding is { } missing) findings.Add(missing);
        var request = NestedRequest.Of(task, place.Path ?? "", address);
        progress.Begin(MovePhase.Open);
        // Undone in the other order: the source is closed, then what a private copy of it left is tidied away.
        using var tidy = new Tidying();
        using var opened = place.Path is null ? null : await OpenedMove.OpenAsync(request, target, place.Connections, cancellation);
        if (opened is not null) findings.AddRange(opened.Findings);
        PlanResult? planned = null;
        if (opened?.Source is not null)
        {
            (planned, var more) = await PlanAsync(task, request, opened, environment, progress, cancellation);
            findings.AddRange(more);
            findings.AddRange(await lookAtKeys(planned?.Plan));
            if (task.Live && planned?.Plan is { } live) findings.AddRange(await NestedLiveReadiness.OfSourceAsync(opened.Source, live, cancellation));
            if (byName && target is not null && planned?.Plan is { } named) findings.AddRange(await NestedLiveReadiness.OfNamesAsync(opened.Source, target, named, cancellation));
        }
        findings.AddRange(await lookAtTarget(request, planned?.Plan, planned?.TargetNames ?? request.Tables));
        if (opened?.Source is null || planned?.Plan is not { } plan || findings.Exists(f => f.Severity == Severity.Error)) return new MoveReview(null, findings);
        return new MoveReview(new PreparedMove(plan, new RunOrigin(request, opened.Source.Fingerprint).Write()), findings);
    }

    private static async Task<(PlanResult? Planned, IReadOnlyList<Finding> Findings)> PlanAsync(
        MoveTask task, MoveRequest request, OpenedMove opened, IRunEnvironment environment, MoveProgress progress, CancellationToken cancellation)
    {
        var (options, misused) = PlanRequest.Read(request, task.Map);
        if (options is null) return (null, misused);
        try
        {
            var planned = await opened.Source!.PlanAsync(options, opened.Target, request.Jobs, progress, environment, cancellation);
            return (planned, [.. misused, .. planned.Findings.Select(AcceptedByStep), .. task.Live && planned.Plan is { } live ? KeyedMoves.RefuseLive(live) : []]);
        }
        catch (Exception fault) when (fault is SqliteException or SourceReadException)
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

    private static FoundSource PlaceOf(StepContext context, MoveTask task) => SourcePlace.Find(task.Source, context.Folder, context.Sources, context.Environment);

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
