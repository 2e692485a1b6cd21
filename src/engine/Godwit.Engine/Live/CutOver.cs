using Godwit.Documents.Shapes;

namespace Godwit.Engine.Live;

/// <summary>What a cut-over took.</summary>
/// <param name="Pause">From the moment that writers were kept out of the one side until they were let in at the other.</param>
/// <param name="Drained">Changed keys that were carried meanwhile.</param>
public sealed record CutOverTimes(TimeSpan Pause, long Drained);

/// <summary>
/// Takes writers from one side to the other: fence, drain, authority, open. Until the authority has moved, whatever goes wrong leaves the side that was written to as it
/// was; after it, the other side is opened whoever has to finish that.
/// </summary>
/// <param name="exchange">Where writers are taken by name: the tables exchange theirs in the transaction that moves the authority and opens the other side. Null where they go elsewhere themselves.</param>
public sealed class CutOver(IReadOnlyDictionary<LiveSide, ILiveSide> sides, IAuthority authority, TimeProvider time, IExchange? exchange = null)
{
    /// <summary>What is carried this fast does not lengthen the pause by what anybody would notice.</summary>
    private static readonly TimeSpan s_moments = TimeSpan.FromMilliseconds(200);

    /// <summary>Of the limit, what carrying the rest may take where it does not get less: writers stand still then, and so it only gets faster.</summary>
    private const double Share = 0.25;

    /// <param name="to">Where writers are taken.</param>
    /// <param name="limit">How long writers may be kept out before it is given up.</param>
    /// <param name="prepare">What is done at the other side within the pause, once it has everything: a last look. What it throws ends the attempt.</param>
    /// <param name="cancellation">Gives up, until the authority has moved.</param>
    /// <exception cref="CutOverAbortedException">It was given up; writers go on where they were.</exception>
    public async Task<CutOverTimes> RunAsync(LiveSide to, TimeSpan limit, Func<CancellationToken, Task> prepare, CancellationToken cancellation)
    {
        var (from, into) = (sides[Other(to)], sides[to]);
        var flow = new LiveFlow(from, into);
        if (!await flow.CatchUpAsync(s_moments, limit * Share, time, cancellation)) throw new CutOverAbortedException("more is written than can be carried over", null);
        var attempt = await authority.BeginAsync(to, cancellation);
        var (closed, drained) = (0L, 0L);
        using var inTime = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            await from.FenceAsync(
                limit,
                async () =>
                {
                    closed = time.GetTimestamp();
                    inTime.CancelAfter(limit);
                    drained = await flow.CarryAsync(inTime.Token, whole: true);
                    await into.ContinueNumbersAsync(await from.ReadNumbersAsync(inTime.Token), inTime.Token);
                    await prepare(inTime.Token);
                    // The last word before nobody can write anywhere: from here on only the authority decides.
                    inTime.Token.ThrowIfCancellationRequested();
                },
                cancellation);
        }
        catch (Exception fault)
        {
            // Aborted first: whatever of the fence stands, nobody can take this attempt for one that still moves.
            await authority.AbortAsync(attempt, CancellationToken.None);
            await from.UnfenceAsync(CancellationToken.None);
            // Whoever has asked for the end, or has lost the run, asks no question that "given up" would answer.
            cancellation.ThrowIfCancellationRequested();
            throw new CutOverAbortedException(
                fault is not OperationCanceledException && !inTime.IsCancellationRequested ? fault.Message
                : closed == 0 ? $"writers could not be kept out within {DurationText.Write(limit)}"
                : $"what was left could not be carried within {DurationText.Write(limit)}",
                fault);
        }
        var given = exchange is null ? await authority.GiveAsync(attempt, CancellationToken.None) : await ExchangeAsync(exchange, attempt, to, limit - time.GetElapsedTime(closed), inTime.Token, cancellation);
        if (!given) throw new CutOverAbortedException("another runner has ended this attempt; it has what is fenced in hand", null);
        if (exchange is null) await into.UnfenceAsync(CancellationToken.None);
        return new CutOverTimes(time.GetElapsedTime(closed), drained);
    }

    /// <summary>Writers are refused meanwhile, not kept waiting: one that has read waits for no lock that this waits for, too.</summary>
    private async Task<bool> ExchangeAsync(IExchange exchange, long attempt, LiveSide to, TimeSpan patience, CancellationToken inTime, CancellationToken cancellation)
    {
        try
        {
            return await exchange.GiveAsync(attempt, to, patience, inTime);
        }
        catch (Exception fault)
        {
            // Whether it has come to pass, where the answer was lost, only the authority knows: an attempt that can be ended has not.
            if (!await authority.AbortAsync(attempt, CancellationToken.None)) return (await authority.ReadAsync(CancellationToken.None)).Side == to;
            await sides[Other(to)].UnfenceAsync(CancellationToken.None);
            cancellation.ThrowIfCancellationRequested();
            throw new CutOverAbortedException(
                fault is LiveFaultException ? fault.Message : $"the tables were in use all along, and could not exchange their names in time ({fault.Message})", fault);
        }
    }

    /// <summary>Brings sides and authority together again after a runner has ended anywhere: what has authority is open, and nothing else is.</summary>
    public async Task ResumeAsync(CancellationToken cancellation)
    {
        var state = await authority.ReadAsync(cancellation);
        if (state.Towards is not null) await authority.AbortAsync(state.Attempt, cancellation);
        await sides[state.Side].UnfenceAsync(cancellation);
    }

    private static LiveSide Other(LiveSide side) => side == LiveSide.Old ? LiveSide.New : LiveSide.Old;
}

/// <summary>A cut-over was given up before the authority moved: writers go on where they were, and nothing is lost.</summary>
public sealed class CutOverAbortedException(string why, Exception? fault) : Exception($"the cut-over was given up, and nothing has changed: {why}", fault);
