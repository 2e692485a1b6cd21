using System.Runtime.InteropServices;
using Godwit.Cli;

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return await GodwitCommand.RunAsync(args, Console.Out, Console.Error, stop.Token);

void Stop(PosixSignalContext signal)
{
    // The first asks the command to end by itself, and ends it when it does not; the second ends it at once.
    signal.Cancel = !stop.IsCancellationRequested;
    if (signal.Cancel) _ = Task.Delay(TimeSpan.FromSeconds(10)).ContinueWith(_ => Environment.Exit(ExitCode.Fault), TaskScheduler.Default);
    // Not waited for: what is registered with the token may hang where a network does. On a thread of its own: those of the pool may all be busy with what is to end.
    new Thread(End) { IsBackground = true, Name = "interrupt" }.Start();
}

void End()
{
    try
    {
        stop.Cancel();
    }
    catch (Exception e) when (e is AggregateException or ObjectDisposedException)
    {
        // What is registered with the token fails on its own account; or the command has ended meanwhile.
    }
}
