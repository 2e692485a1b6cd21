namespace Godwit.Security.Tests.Keyring;

/// <summary>
/// Threads that do something over and over while a test does something else. Everything in memory ends at once and gives no thread back: they are threads of their own, and the test waits for each to
/// get on before it goes on itself.
/// </summary>
public sealed class Workers : IDisposable
{
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly List<long> _rounds = [];
    private readonly List<Task> _tasks = [];

    public void Start(Func<Task> once)
    {
        var at = _rounds.Count;
        _rounds.Add(0);
        _tasks.Add(new Task<Task>(
            async () =>
            {
                while (!_stop.IsCancellationRequested)
                {
                    await once();
                    lock (_rounds) _rounds[at]++;
                }
            },
            TaskCreationOptions.LongRunning));
    }

    public void Begin()
    {
        for (var i = 0; i < _tasks.Count; i++)
        {
            var task = (Task<Task>)_tasks[i];
            _tasks[i] = task.Unwrap();
            task.Start(TaskScheduler.Default);
        }
    }

    /// <summary>Waits until each has done its work once more from beginning to end, or one has failed.</summary>
    public async Task GetOnAsync()
    {
        List<long> before;
        lock (_rounds) before = [.. _rounds];
        while (true)
        {
            if (_tasks.Find(t => t.IsFaulted) is { } failed) await failed;
            lock (_rounds)
            {
                if (_rounds.Zip(before).All(r => r.First > r.Second + 1)) return;
            }
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    public async Task EndAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_tasks);
    }

    public void Dispose() => _stop.Dispose();
}
