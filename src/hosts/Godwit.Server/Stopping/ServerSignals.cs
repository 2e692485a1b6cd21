using System.Runtime.InteropServices;

namespace Godwit.Server.Stopping;

/// <summary>The first SIGTERM or SIGINT asks to stop; the second ends the process at once.</summary>
internal sealed class ServerSignals : IDisposable
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration _terminate;
    private readonly PosixSignalRegistration _interrupt;

    public ServerSignals() => (_terminate, _interrupt) = (PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop), PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop));

    public Task Asked => _asked.Task;

    public void Dispose()
    {
        _terminate.Dispose();
        _interrupt.Dispose();
    }

    private void Stop(PosixSignalContext signal)
    {
        signal.Cancel = true;
        if (!_asked.TrySetResult()) Environment.Exit(ServerExit.Fault);
    }
}
