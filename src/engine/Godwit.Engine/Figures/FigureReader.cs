using Godwit.Engine.Expectations;
using Godwit.Engine.Http;
using Godwit.Engine.Runs;

namespace Godwit.Engine.Figures;

/// <summary>Looks at one figure, again and again, one look after another. It never throws for what it looks at: what is not there is said.</summary>
public sealed class FigureReader(FigureSource source, FigureContext context) : IDisposable
{
    private static readonly SessionTerms s_terms = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(2));

    private readonly ReplicationLag _lag = new();
    private LogTail? _tail;

    // The read of the log that is under way: a file system that hangs lets nobody go.
    private Task<FigureReading>? _reading;

    public async Task<FigureReading> ReadAsync(CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(source.Limit, context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            return source switch
            {
                FigureSource.Sql sql => Of(await context.Queries.AskAsync(sql.Source, sql.Query, sql.Terms, either.Token)),
                FigureSource.Http http => await AskAsync(http, either.Token),
                FigureSource.Metric metric => await PrometheusQuery.AskAsync(metric, context, either.Token),
                FigureSource.Log log => await FollowAsync(_tail ??= new LogTail(Path.Combine(context.Folder, log.Path), FigureShape.PatternOf(log.Pattern)), either.Token),
                FigureSource.Run { Name: RunFigures.ReplicationLag } => OfLag(await context.Queries.AskAsync(null, ReplicationLag.Query, s_terms, either.Token)),
                FigureSource.Run run => context.Run is { } figures ? FigureReading.Of(figures.Read(run.Name)) : FigureReading.None("there is no run"),
                _ => throw new InvalidOperationException(),
            };
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return FigureReading.None("no answer in time");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Whatever it answered, it is no figure: a look that failed is the tripwire's to judge, and is not to end it.
            return FigureReading.None($"it cannot be read ({e.GetType().Name})");
        }
    }

    /// <summary>Waits for nothing: a read that hangs keeps its file until it ends.</summary>
    public void Dispose()
    {
        if (_tail is not { } tail) return;
        if (_reading is { IsCompleted: false } reading) _ = reading.ContinueWith(_ => tail.Dispose(), TaskScheduler.Default);
        else tail.Dispose();
    }

    /// <summary>On a thread of its own, and one read at a time: one that nobody waits for any more is taken by a later look.</summary>
    private async Task<FigureReading> FollowAsync(LogTail tail, CancellationToken cancellation)
    {
        var reading = _reading ??= Task.Factory.StartNew(tail.Read, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var read = await reading.WaitAsync(cancellation);
        _reading = null;
        return read;
    }

    private async Task<FigureReading> AskAsync(FigureSource.Http http, CancellationToken cancellation)
    {
        var answer = await context.Http.SendAsync(http.Request, context.Environment, null, context.Time, cancellation);
        if (answer is HttpAnswer.NotSent unsent) return FigureReading.None(unsent.Reason);
        var came = answer as HttpAnswer.Came;
        var why = came is null ? ((HttpAnswer.None)answer).Reason : http.Request.Refuse(came);
        switch (http.Figure)
        {
            case "failed":
                return FigureReading.Of(why is null ? 0 : 1, failed: why is not null);
            case "latency":
                // An answer that was not waited for took at least as long as was waited.
                if (came is null && answer is HttpAnswer.None { TimedOut: true }) return FigureReading.Of((decimal)http.Request.Timeout.TotalMilliseconds, failed: true);
                return came is null ? FigureReading.None(why!) : FigureReading.Of(Math.Round((decimal)came.Took.TotalMilliseconds, 3), failed: why is not null);
            default:
                if (came is null || why is not null) return FigureReading.None(why!);
                return JsonExpectation.Find(came.Body, http.At!) switch
                {
                    null => FigureReading.None("the answer is no JSON"),
                    (false, _) => FigureReading.None($"there is no {http.At} in the answer"),
                    var (_, text) => Of((text, null)),
                };
        }
    }

    private FigureReading OfLag((string? Answer, string? Fault) answer) => answer.Answer is { } lag ? FigureReading.Of(_lag.Read(lag)) : Of(answer);

    private static FigureReading Of((string? Answer, string? Fault) answer) =>
        answer.Fault is { } fault ? FigureReading.None(fault)
        : answer.Answer is null ? FigureReading.None("it has no value")
        : Expectation.ToNumber(answer.Answer) is { } number ? FigureReading.Of(number)
        : FigureReading.None("it is no number");
}
