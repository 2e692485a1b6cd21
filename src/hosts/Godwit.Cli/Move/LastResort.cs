namespace Godwit.Cli.Move;

/// <summary>
/// Ends the process when it does not stop within seconds of being told to: a socket that neither fails nor answers holds its thread for ever. Being ended
/// at any moment is what a run is made for, so nothing is lost by it.
/// </summary>
internal sealed class LastResort : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    private readonly CancellationToken _stop;
    private readonly MoveConsole _console;
    private readonly string _reason;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private long? _told;
    private bool _isOver;

    private LastResort(MoveConsole console, string reason, TimeProvider time, CancellationToken stop)
    {
        _stop = stop;
        _console = console;
        _reason = reason;
        _time = time;
        // Looked at by a timer and not registered with the token: its callbacks run one after another, the newest first, and the database client's may hang.
        _timer = time.CreateTimer(_ => Check(), state: null, Look, Look);
    }

    /// <param name="console">Where the reason goes.</param>
    /// <param name="reason">Why the work was told to stop.</param>
    /// <param name="stop">What tells it to.</param>
    public static LastResort Watch(MoveConsole console, string reason, CancellationToken stop) => new(console, reason, TimeProvider.System, stop);

    private void Check()
    {
        lock (_gate)
        {
            if (_isOver || !_stop.IsCancellationRequested) return;
            if (_time.GetElapsedTime(_told ??= _time.GetTimestamp()) < Grace) return;
            var next = _console.HowToGoOn;
            _console.Note($"godwit: {_reason}\n        {next}");
            Environment.Exit(_console.Finish(new MoveDocument { Command = "", Outcome = "interrupted", ExitCode = ExitCode.Fault, Fault = _reason, Next = next }));
        }
    }

    /// <summary>The work has stopped. Waits for an end that is being made: there is only one.</summary>
    public void Dispose()
    {
        lock (_gate) _isOver = true;
        _timer.Dispose();
    }
}
