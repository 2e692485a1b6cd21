using Godwit.Cli.Move.Sources;
using Godwit.Engine.Live;
using Godwit.Engine.Moves;
using Godwit.Engine.Rows;
using Godwit.Engine.Steps;
using Godwit.Engine.Steps.Move;
using Godwit.Engine.Transforms;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Live;
using Godwit.Postgres.Runbooks;
using Godwit.Postgres.Runs;
using Godwit.Sqlite.Capture;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Transforming;

namespace Godwit.Cli.Move.Nested;

/// <summary>Opens both sides of a live move for a runner of the run that it is part of.</summary>
internal static class NestedLive
{
    /// <exception cref="SourceFaultException">The source cannot be opened, or the secrets are not those that the move began with.</exception>
    public static Task<LiveParts> OpenAsync(
        MovesOfRun held, RunDescription move, MoveRequest request, LivePlaces places, Func<bool> pauseRequested, MoveProgress progress, TimeProvider time, CancellationToken cancellation) => NestedMove.GuardAsync(async () =>
    {
        if (SourceTransforms.FindWrong(move, places.Environment) is [var wrong, ..]) throw new SourceFaultException(wrong.Message, new InvalidOperationException(wrong.Message)) { Finding = wrong };
        if (!SourceAddress.IsUrl(request.From)) return OpenFile(held, move, request, places.Environment, pauseRequested, progress, time);
        return await OpenServerAsync(held, move, request, places, pauseRequested, progress, time, cancellation);
    });

    private static async Task<LiveParts> OpenServerAsync(
        MovesOfRun held, RunDescription move, MoveRequest request, LivePlaces places, Func<bool> pauseRequested, MoveProgress progress, TimeProvider time, CancellationToken cancellation)
    {
        var server = await ReachAsync(request, places, cancellation);
        var names = await held.NamesAsync(move, server, request.FromSchema, cancellation);
        var source = await PostgresLiveSource.OpenAsync(server, request.FromSchema, move.Plan, move.Id, held.Runner, cancellation, names);
        return Open(request, source, held.OpenLive(move, source.Tables, names, source.PlannedSequences), source.DisposeAsync, pauseRequested, progress, time);
    }

    private static async Task<PostgresTarget> ReachAsync(MoveRequest request, LivePlaces places, CancellationToken cancellation)
    {
        var (server, findings) = await PostgresMoveSource.ReachAsync(request, SourcePlace.ConnectionsOf(request.From, places.Folder, places.Sources, places.Environment), cancellation);
        if (server is not null) return server;
        var why = findings.FirstOrDefault(f => f.Severity == Severity.Error);
        // Not to be reached may be a matter of time; anything else is not.
        throw new SourceFaultException(why?.Message ?? "the source cannot be reached", new InvalidOperationException(request.From)) { Finding = why?.Code == FindingCodes.SourceUnreadable ? null : why };
    }

    private static LiveParts Open(
        MoveRequest request, ILiveSource source, (PostgresMoveTarget, PostgresLiveSide, PostgresAuthority, IExchange?) held, Func<ValueTask> close, Func<bool> pauseRequested, MoveProgress progress, TimeProvider time)
    {
        var (run, side, authority, exchange) = held;
        var options = new MoveRunOptions { Jobs = request.Jobs, Pace = MovePace.Of(request.Share, request.Jobs, time), Decoding = request.Paranoid ? SecondDecoding.Every : SecondDecoding.Sample, PauseRequested = pauseRequested };
        var session = new LiveSession(
            new LiveMove(source, side, run, authority, options, progress, time, exchange), authority, source, side, NestedMove.GuardAsync,
            async () =>
            {
                await run.DisposeAsync();
                await close();
            },
            exchange);
        return new LiveParts(session, run, side);
    }

    private static LiveParts OpenFile(MovesOfRun held, RunDescription move, MoveRequest request, IRunEnvironment environment, Func<bool> pauseRequested, MoveProgress progress, TimeProvider time)
    {
        var transforms = MoveTransforms.Of(move.Plan).ToList();
        var source = SqliteLiveSource.Open(request.From, move.Plan, move.Id, held.Runner, transforms.Count == 0 ? null : TransformFunctions.Open(transforms, environment));
        return Open(request, source, held.OpenLive(move, source.Tables), () => Closed(source), pauseRequested, progress, time);
    }

    private static ValueTask Closed(SqliteLiveSource source)
    {
        source.Dispose();
        return ValueTask.CompletedTask;
    }

    public static async Task<(LiveSession? Session, IReadOnlyList<Finding> Findings)> OpenAsync(MovesOfRun held, StepContext context, string step, CancellationToken cancellation)
    {
        var stored = await held.FindOfStepAsync(step, cancellation);
        var request = stored is null ? null : RunOrigin.Read(stored.Description.Origin).Request;
        if (request is not { Live: true })
            return (null, [Finding.Error(FindingCodes.LiveNotFound, $"step {step} has begun no live move in this run", null, "Name the step `move` that has `live: true` and comes before.")]);
        return ((await OpenAsync(held, stored!.Description, request, LivePlaces.Of(context), context.PauseRequested, new MoveProgress(context.Time), context.Time, cancellation)).Session, []);
    }

    /// <summary>Takes back a live move whose writers are at the old side. It reads no row, and needs neither secrets nor the tables as they were.</summary>
    public static async Task<IReadOnlyList<Finding>> RemoveAsync(MovesOfRun held, StepContext context, StoredRun stored, bool dropSchema, CancellationToken cancellation)
    {
        var (move, request) = (stored.Description, RunOrigin.Read(stored.Description.Origin).Request);
        var parts = await OpenToRemoveAsync(held, move, request, LivePlaces.Of(context), context.Time, cancellation);
        await using (parts.Session)
        {
            return await parts.Session.GuardAsync(async () =>
            {
                if (await parts.Session.Authority.FindAsync(cancellation) is { Side: LiveSide.New })
                    return [Finding.Error(FindingCodes.CutOverAborted, "writers are at the new side: what they wrote would go with it", null, "Take them back first: the step `cutover` has to be undone before its move.")];
                await parts.Session.Source.RemoveAsync(cancellation);
                // Nobody was let in who could have changed the rows: what they hold beside what was verified came from the source.
                return await held.RemoveAsync(move, moved: null, _ => null, dropSchema, parts.Side, cancellation);
            });
        }
    }

    private static Task<LiveParts> OpenToRemoveAsync(MovesOfRun held, RunDescription move, MoveRequest request, LivePlaces places, TimeProvider time, CancellationToken cancellation) => NestedMove.GuardAsync(async () =>
    {
        var progress = new MoveProgress(time);
        if (SourceAddress.IsUrl(request.From)) return await OpenServerAsync(held, move, request, places, () => false, progress, time, cancellation);
        var source = SqliteLiveSource.OpenToRemove(request.From, move.Id, held.Runner);
        return Open(request, source, held.OpenLive(move, [.. move.Plan.Tables.Select(t => new LiveTable(t, []))]), () => Closed(source), () => false, progress, time);
    });
}

/// <summary>Where a run's sources are, and the secrets of each.</summary>
/// <param name="Folder">The runbook's.</param>
/// <param name="Sources">By name.</param>
/// <param name="Environment">Variables and secrets.</param>
internal sealed record LivePlaces(string Folder, IReadOnlyDictionary<string, ValueFrom> Sources, IRunEnvironment Environment)
{
    public static LivePlaces Of(StepContext context) => new(context.Folder, context.Sources, context.Environment);
}

/// <param name="Session">Both sides.</param>
/// <param name="Run">The move's own rows.</param>
/// <param name="Side">The new side.</param>
internal sealed record LiveParts(LiveSession Session, PostgresMoveTarget Run, PostgresLiveSide Side);
