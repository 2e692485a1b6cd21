using System.ComponentModel;
using System.IO.Pipes;
using Godwit.Engine.Runs;
using Godwit.Engine.Secrets;

namespace Godwit.Engine.Processes;

/// <summary>A program of this machine, run to its end in a process group of its own that ends with it: on time, on cancellation, with this process (<see cref="CommandWatch"/>), and whatever it leaves running.</summary>
public static class ChildProgram
{
    private const int AskToEnd = 15, End = 9;

    /// <summary>Between asking a group to end and ending it.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>For output that is still on its way once the group has ended.</summary>
    public static readonly TimeSpan LastOutput = TimeSpan.FromSeconds(1);

    /// <summary>The longest time that one may take where nobody says another.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    /// <summary>Where a program is, by the search that a shell makes; null when it is nowhere.</summary>
    public static string? Find(string program, string folder) => CommandWatch.Find(program, folder);

    /// <param name="program">By its path.</param>
    /// <param name="arguments">What it is given: no secret, since everybody on the machine can read it.</param>
    /// <param name="environment">All of its environment, as NAME=value.</param>
    /// <param name="folder">Where it works.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="secrets">What its output must not show.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="keepOutput">Whether the end of what it prints is kept.</param>
    /// <param name="whole">Gets all that it prints, secrets too; null keeps no more than the end.</param>
    public static async Task<CommandEnd> RunAsync(
        string program, IEnumerable<string> arguments, IReadOnlyList<string> environment, string folder, TimeSpan timeout, SecretValues secrets, TimeProvider time, CancellationToken cancellation,
        bool keepOutput = true, Stream? whole = null)
    {
        var output = new OutputTail();
        // Nothing is ever written to it: that it is open is what it says.
        await using var life = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.None);
        await using var pipe = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.None);
        int process;
        try
        {
            process = ProcessSpawn.Start(
                CommandWatch.Around(program, arguments, timeout + Grace + LastOutput), environment, folder, (int)pipe.ClientSafePipeHandle.DangerousGetHandle(),
                (int)life.ClientSafePipeHandle.DangerousGetHandle());
        }
        catch (Win32Exception e)
        {
            return new CommandEnd.NotStarted($"{program} cannot be started: {e.Message}");
        }
        finally
        {
            pipe.DisposeLocalCopyOfClientHandle();
            life.DisposeLocalCopyOfClientHandle();
        }
        var began = time.GetTimestamp();
        var reading = ReadAsync(pipe, output, whole);
        var ending = Task.Factory.StartNew(() => ProcessSpawn.WaitForEnd(process), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        using var limit = new CancellationTokenSource(timeout < TimeLimit.Longest ? timeout : TimeLimit.Longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        var late = false;
        try
        {
            await ending.WaitAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            late = true;
            ProcessSpawn.SignalGroup(process, AskToEnd);
            await Task.WhenAny(ending, Task.Delay(Grace, CancellationToken.None));
        }
        // Before its id is given back: then it could be somebody else's.
        ProcessSpawn.SignalGroup(process, End);
        await ending;
        var (code, signal) = ProcessSpawn.Collect(process);
        await Task.WhenAny(reading, Task.Delay(LastOutput, CancellationToken.None));
        cancellation.ThrowIfCancellationRequested();
        var printed = keepOutput ? output.Show(secrets) : "";
        return late
            ? new CommandEnd.TookTooLong(printed)
            : new CommandEnd.Ended(code, signal, printed, time.GetElapsedTime(began));
    }

    private static async Task ReadAsync(AnonymousPipeServerStream pipe, OutputTail output, Stream? whole)
    {
        var buffer = new byte[8192];
        try
        {
            while (await pipe.ReadAsync(buffer) is > 0 and var count)
            {
                output.Add(buffer.AsSpan(0, count));
                whole?.Write(buffer, 0, count);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Somebody outside the group still holds the other end; what it prints is not this command's.
        }
    }
}
