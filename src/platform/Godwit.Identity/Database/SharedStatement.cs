namespace Godwit.Identity.Database;

/// <summary>
/// Asks in one statement what many requests ask at once. What comes while statements are under way waits for the next, which begins after it was asked: no answer is older than its question. Whoever asks alone is asked for at
/// once, and waits for nobody.
/// </summary>
/// <param name="ask">Answers all of these; what it leaves out has no answer. Its fault is everybody's.</param>
/// <param name="most">Statements at a time.</param>
/// <param name="widest">Questions in a statement.</param>
internal sealed class SharedStatement<TAsked, TAnswer>(Func<IReadOnlyList<TAsked>, Task<IReadOnlyDictionary<TAsked, TAnswer>>> ask, int most = 2, int widest = 128)
    where TAsked : notnull
{
    private readonly Lock _lock = new();
    private readonly Queue<(TAsked Asked, TaskCompletionSource<TAnswer?> Answer)> _waiting = [];
    private int _underWay;

    /// <summary>The answer; the default when there is none. Who gives up waiting holds up none of the others.</summary>
    public Task<TAnswer?> AskAsync(TAsked asked, CancellationToken cancellation)
    {
        var answer = new TaskCompletionSource<TAnswer?>(TaskCreationOptions.RunContinuationsAsynchronously);
        bool starts;
        lock (_lock)
        {
            _waiting.Enqueue((asked, answer));
            starts = _underWay < most;
            if (starts) _underWay++;
        }
        if (starts)
        {
            // It goes on for others, whose request this is not.
            using (ExecutionContext.SuppressFlow()) _ = AskAllAsync();
        }
        return answer.Task.WaitAsync(cancellation);
    }

    private async Task AskAllAsync()
    {
        while (true)
        {
            List<(TAsked Asked, TaskCompletionSource<TAnswer?> Answer)> together = [];
            lock (_lock)
            {
                while (together.Count < widest && _waiting.TryDequeue(out var next)) together.Add(next);
                if (together.Count == 0)
                {
                    _underWay--;
                    return;
                }
            }
            try
            {
                var answers = await ask([.. together.Select(t => t.Asked)]);
                foreach (var (asked, answer) in together) answer.TrySetResult(answers.GetValueOrDefault(asked));
            }
            catch (Exception e)
            {
                foreach (var (_, answer) in together) answer.TrySetException(e);
            }
        }
    }
}
