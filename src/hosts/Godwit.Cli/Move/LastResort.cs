namespace Godwit.Cli.Move;

/// <summary>
/// Ends the process when it does not stop within seconds of being told to: a socket that neither fails nor answers holds its thread for ever. Being ended
/// at any moment is what a run is made for, so nothing is lost by it.
/// </summary>
internal sealed class LastResort : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenRegistration _registration;
    private readonly Lock _gate = new();
    private ITimer? _timer;
    private bool _isOver;

    private LastResort(CancellationToken stop, MoveConsole console, string reason) =>
        _registration = stop.Register(() => Arm(console, reason));

    /// <param name="stop">What tells the work to stop.</param>
    /// <param name="console">Where the reason goes.</param>
    /// <param name="reason">Why it was told to.</param>
    public static LastResort Watch(CancellationToken stop, MoveConsole console, string reason) => new(stop, console, reason);

    private void Arm(MoveConsole console, string reason)
    {
        lock (_gate)
        {
            if (!_isOver) _timer = TimeProvider.System.CreateTimer(_ => End(console, reason), state: null, Grace, Timeout.InfiniteTimeSpan);
        }
    }

    private static void End(MoveConsole console, string reason)
    {
        var next = MoveCommand.HowToGoOn();
        console.Note($"godwit: {reason}\n        {next}");
        Environment.Exit(console.Finish(new MoveDocument { Command = "", Outcome = "interrupted", ExitCode = ExitCode.Fault, Fault = reason, Next = next }));
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
            _timer?.Dispose();
        }
        _registration.Dispose();
    }
}
