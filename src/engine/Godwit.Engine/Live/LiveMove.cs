using System.Collections.Concurrent;
using Godwit.Engine.Moves;
using Godwit.Model.Moves;

namespace Godwit.Engine.Live;

/// <summary>
/// A move whose source is written to all along. Changes are recorded before the first row is read; rows are copied in short reads; one delta then brings over, whole,
/// what has changed meanwhile, and only after it are there keys and indexes. From then on each delta is verified as it is applied, so that once everything has been
/// verified at one position, everything is verified at every later one.
/// </summary>
public sealed class LiveMove(ILiveSource source, ILiveTarget target, IMoveTarget run, IAuthority authority, MoveRunOptions options, MoveProgress progress, TimeProvider time, IExchange? exchange = null)
{
    /// <summary>A table that was built anew in the middle of a verification differs for a moment: it is looked at again.</summary>
    private const int Looks = 3;

    /// <summary>What a delta may take while it is caught up with.</summary>
    private static readonly TimeSpan s_moments = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan s_noteEvery = TimeSpan.FromSeconds(2);

    private long? _noted;
    private long? _looked;

    private readonly LiveFlow _flow = new(source, target);

    /// <summary>Why nothing can be brought back to the old side; null where everything can.</summary>
    public string? OneWay { get; } = OneWayOf(run.Run.Plan);

    /// <summary>The same of a plan.</summary>
    public static string? OneWayOf(MovePlan plan) =>
        plan.Tables.FirstOrDefault(t => t.Columns.Any(c => c.Transform is { IsCopy: false })) is { } transformed ? $"values of table {transformed.SourceName} are transformed on their way"
        : plan.Tables.FirstOrDefault(t => t.LeftOutColumns is { Count: > 0 }) is { } narrowed ? $"columns of table {narrowed.SourceName} are left out"
        : null;

    /// <summary>Everything up to the verification. Whoever is ended in it goes on with what is left.</summary>
    /// <returns>False when it stopped between two ranges, because a pause was asked for.</returns>
    public async Task<bool> BuildAsync(CancellationToken cancellation)
    {
        // Before the first row is read: whatever changes from here on is on record.
        await source.RecordAsync(cancellation);
        await source.TakeAsync(cancellation);
        var steps = new StepPhase(run, progress, options.Jobs);
        await run.SetPhaseAsync("prepare", cancellation);
        await steps.RunAsync(MovePhase.Prepare, run.StepsBeforeCopy, cancellation);
        await target.MakeFenceAsync(cancellation);
        await run.SetPhaseAsync("copy", cancellation);
        var unfit = new Unfit(target);
        if (!await new CopyPhase(source.OpenRows(since: null, unfit.Add), run, progress, options).RunAsync(cancellation)) return false;
        await unfit.NoteAsync(cancellation);
        await run.SetPhaseAsync("index", cancellation);
        // Rows were read at different moments: only with this are they of one, and unique where they are to be.
        await _flow.CarryAsync(cancellation, whole: true);
        await steps.RunAsync(MovePhase.Index, run.StepsAfterCopy, cancellation);
        await target.RecordAsync(cancellation);
        return true;
    }

    /// <summary>Verifies every row, while the source is written to.</summary>
    public async Task<MoveVerification> VerifyAsync(CancellationToken cancellation)
    {
        await source.TakeAsync(cancellation);
        await run.SetPhaseAsync("verify", cancellation);
        for (var look = 1; ; look++)
        {
            var verification = await LookAsync(cancellation);
            if (verification.Verified || look == Looks) return verification;
        }
    }

    /// <summary>Carries until little is left. False where more is written than can be carried.</summary>
    public Task<bool> CatchUpAsync(TimeSpan most, CancellationToken cancellation) => _flow.CatchUpAsync(s_moments, most, time, cancellation);

    private async Task<MoveVerification> LookAsync(CancellationToken cancellation)
    {
        // Where it does not catch up, more rows are left out: they are verified as they are carried.
        await CatchUpAsync(TimeSpan.MaxValue, cancellation);
        await target.ContinueNumbersAsync(await source.ReadNumbersAsync(cancellation), cancellation);
        var since = await target.AppliedAsync(cancellation) ?? source.Beginning;
        var unfit = new Unfit(target);
        var rows = source.OpenRows(since, unfit.Add);
        await using var snapshot = new ExcludingSnapshot(await run.OpenSnapshotAsync(cancellation), rows.Left, source.Tables.ToDictionary(t => t.Plan.TargetName, StringComparer.Ordinal));
        var plan = run.Run.Plan;
        // Numbers go on being given out at the source.
        var looked = plan with
        {
            Tables = [.. plan.Tables.Select(t => source.ForVerification(t) with { SequenceLast = null })],
            Postgres = plan.Postgres is { } postgres ? postgres with { Sequences = [.. postgres.Sequences.Select(s => s with { GoesOn = true })] } : null,
        };
        var verification = await new MoveVerifier(rows, snapshot, looked, run.Run.HashKey, options with { SourceFirst = true }, progress).RunAsync(cancellation);
        await unfit.NoteAsync(cancellation);
        return verification with { CarriedLater = rows.Left.Count };
    }

    /// <summary>Takes writers to a side, whatever a former runner has left half done.</summary>
    /// <param name="to">The side.</param>
    /// <param name="limit">How long writers may be kept out.</param>
    /// <param name="byName">Whether tables exchange names on the way to the new side. On the way back they do if they have.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="CutOverAbortedException">It was given up; writers go on where they were.</exception>
    public async Task<CutOverTimes?> SwitchAsync(LiveSide to, TimeSpan limit, bool byName, CancellationToken cancellation)
    {
        await source.TakeAsync(cancellation);
        var exchanges = to == LiveSide.New ? byName : exchange is not null && await exchange.IsExchangedAsync(cancellation);
        if (exchanges && exchange is null) throw new InvalidOperationException("the sides are not in one database");
        var cutOver = new CutOver(new Dictionary<LiveSide, ILiveSide> { [LiveSide.Old] = source, [LiveSide.New] = target }, authority, time, exchanges ? exchange : null);
        await cutOver.ResumeAsync(cancellation);
        if ((await authority.ReadAsync(cancellation)).Side == to) return null;
        if (to == LiveSide.Old && OneWay is { } why) throw new OneWayException(why);
        return await cutOver.RunAsync(to, limit, token => to == LiveSide.New ? RefuseUnfitAsync(token) : Task.CompletedTask, cancellation);
    }

    private async Task RefuseUnfitAsync(CancellationToken cancellation)
    {
        if (await target.UnfitAsync(1, cancellation) is [var (table, row)]) throw new UnfitRowsException(table, row);
    }

    /// <summary>Carries what the side that is written to has changed to the other.</summary>
    public async Task<long> CarryAsync(CancellationToken cancellation)
    {
        // Ended, or taken back, meanwhile.
        if (await authority.FindAsync(cancellation) is not { } state) return 0;
        var back = state.Side == LiveSide.New;
        // The old side stays as it was when it was left.
        if (back && OneWay is not null) return 0;
        // Also to read: a recording that is found broken is mended.
        await source.TakeAsync(cancellation);
        // What is written while this is applied is in the next: the other side has everything up to here.
        var began = time.GetTimestamp();
        var keys = await (back ? new LiveFlow(target, source) : _flow).CarryAsync(cancellation);
        // Where nothing changes for days, what is noted of it is no load either.
        if (keys == 0 && _noted is { } noted && time.GetElapsedTime(noted) < s_noteEvery) return keys;
        await target.NoteFollowedAsync(keys, time.GetElapsedTime(began), cancellation);
        _noted = time.GetTimestamp();
        if (_looked is { } looked && time.GetElapsedTime(looked) < s_noteEvery) return keys;
        await target.NoteHeldAsync(await source.FindHolderAsync(cancellation), cancellation);
        _looked = time.GetTimestamp();
        return keys;
    }

    /// <summary>Rows found to be unfit by readers on several threads, for the list at the target.</summary>
    private sealed class Unfit(ILiveTarget target)
    {
        private readonly ConcurrentQueue<(LiveTable Table, UnfitRow Row)> _rows = [];

        public void Add(LiveTable table, UnfitRow row) => _rows.Enqueue((table, row));

        public async Task NoteAsync(CancellationToken cancellation)
        {
            foreach (var rows in _rows.GroupBy(r => r.Table, r => r.Row)) await target.NoteUnfitAsync(rows.Key, [.. rows], cancellation);
        }
    }
}
