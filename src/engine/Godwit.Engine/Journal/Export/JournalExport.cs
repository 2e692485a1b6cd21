namespace Godwit.Engine.Journal.Export;

/// <summary>
/// Copies a journal elsewhere while its run goes on. It works beside the run: whatever the sink does, the run neither waits for it nor fails by it; how
/// it stands is in <see cref="State"/>.
/// </summary>
public sealed class JournalExport : IAsyncDisposable
{
    private readonly IJournalSink _sink;
    private readonly JournalCopier _copier;
    private readonly ExportTerms _terms;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _woken = new(0, 1);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Task _work;
    private ExportState _state;

    public JournalExport(Guid run, IJournalSource source, IJournalSink sink, ExportTerms terms, TimeProvider time)
    {
        _sink = sink;
        _copier = new JournalCopier(run, source, sink, terms);
        _terms = terms;
        _time = time;
        _state = new ExportState(sink.Name, ExportStatus.Behind, 0, null, 0, null);
        _work = Task.Run(WorkAsync);
    }

    public ExportState State => Volatile.Read(ref _state);

    /// <summary>Says that something was committed. Never waits.</summary>
    public void Wake()
    {
        try
        {
            if (_woken.CurrentCount == 0) _woken.Release();
        }
        catch (SemaphoreFullException)
        {
            // Somebody else woke it in between: that is enough.
        }
    }

    /// <summary>Sends what is left, for as long as it may take. What then is not sent is seen in the state.</summary>
    public async Task<ExportState> FinishAsync(TimeSpan limit)
    {
        using var stop = new CancellationTokenSource(limit, _time);
        try
        {
            await RoundAsync(stop.Token);
        }
        catch (OperationCanceledException)
        {
            Fail(ExportStatus.Failing, $"not all was sent within {limit.TotalSeconds:0.#} s");
        }
        return State;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _work;
        await _sink.DisposeAsync();
        _woken.Dispose();
        _turn.Dispose();
        _stop.Dispose();
    }

    private async Task WorkAsync()
    {
        try
        {
            while (true)
            {
                await RoundAsync(_stop.Token);
                // A sink that fails is not tried at each commit.
                if (State.Status is ExportStatus.UpToDate) await WaitAsync();
                else await Task.Delay(_terms.Rest, _time, _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopped on purpose.
        }
    }

    private async Task WaitAsync()
    {
        using var rest = new CancellationTokenSource(_terms.Rest, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(rest.Token, _stop.Token);
        try
        {
            await _woken.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            // Nobody spoke: a look is due anyway.
        }
    }

    /// <summary>Sends until nothing is left or the attempts are used up.</summary>
    private async Task RoundAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            var failed = 0;
            while (await AttemptAsync(cancellation) is { } isPassing)
            {
                if (!isPassing || ++failed >= _terms.Attempts) return;
                await Task.Delay(_terms.FirstPause * (1 << Math.Min(failed - 1, 16)), _time, cancellation);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <returns>Null when all is sent, else whether another attempt may help.</returns>
    private async Task<bool?> AttemptAsync(CancellationToken cancellation)
    {
        try
        {
            while (await _copier.CopyAsync(cancellation))
                Set(State with { Status = ExportStatus.Behind, Sent = _copier.Sent, SucceededAt = _time.GetUtcNow(), Failures = 0, Problem = null });
            Set(State with { Status = ExportStatus.UpToDate, Sent = _copier.Sent, SucceededAt = _time.GetUtcNow(), Failures = 0, Problem = null });
            return null;
        }
        catch (JournalRewoundException e)
        {
            Fail(ExportStatus.Rewound, e.Message);
            return false;
        }
        catch (JournalSinkException e)
        {
            Fail(e.MayTryAgain ? ExportStatus.Failing : ExportStatus.Refused, e.Message);
            return e.MayTryAgain;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Whatever it is, the run must not fail by it. The message of an unknown fault may hold anything.
            Fail(ExportStatus.Failing, $"the journal cannot be read: {e.GetType().Name}");
            return true;
        }
    }

    private void Fail(ExportStatus status, string problem) => Set(State with { Status = status, Sent = _copier.Sent, Failures = State.Failures + 1, Problem = problem });

    private void Set(ExportState state) => Volatile.Write(ref _state, state);
}
