using System.ComponentModel;
using System.IO.Pipes;
using Godwit.Engine.Runs;
using Godwit.Engine.Secrets;
using Godwit.Engine.Steps;

namespace Godwit.Engine.Processes;

/// <summary>
/// Runs a command to its end, in a process group of its own that ends with it: on time, on cancellation, and whatever it leaves running. It ends with this process too
/// (<see cref="CommandWatch"/>), and a runner that takes over waits for its time to be over; then it runs it again with the same idempotency key.
/// </summary>
public static class CommandRunner
{
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(10);

    private const int AskToEnd = 15, End = 9;

    /// <summary>Between asking a group to end and ending it.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5);

    /// <summary>For output that is still on its way once the group has ended.</summary>
    private static readonly TimeSpan s_lastOutput = TimeSpan.FromSeconds(1);

    public static async Task<CommandEnd> RunAsync(CommandSettings command, StepContext context, CancellationToken cancellation)
    {
        var secrets = new SecretValues();
        var environment = new List<string>
        {
            $"GODWIT_IDEMPOTENCY_KEY={context.IdempotencyKey}", $"GODWIT_RUN={context.Run}", $"GODWIT_STEP={context.Step.Id}",
            $"{CommandTraces.EpochVariable}={context.Effects.Epoch}",
        };
        foreach (var (name, value) in command.Environment)
        {
            if (value.Resolve(context.Environment, secrets) is not { } text) return new CommandEnd.NotStarted($"{value.Variable} is not set");
            environment.Add($"{name}={text}");
        }
        if (context.Rehearsal is not null) environment.Add("GODWIT_REHEARSAL=1");
        var folder = Path.GetFullPath(command.Folder, Path.GetFullPath(context.Folder));
        if (!Directory.Exists(folder)) return new CommandEnd.NotStarted($"the folder {command.Folder} is not there");
        if (CommandWatch.Find(command.Run[0], Path.GetFullPath(context.Folder)) is not { } program) return new CommandEnd.NotStarted($"{command.Run[0]} cannot be started: there is no such program");
        var limit = context.Step.Timeout ?? DefaultTimeout;
        var longest = limit + s_grace + s_lastOutput;
        await context.Effects.BeginAsync("command", longest, endsWithRunner: true, cancellation);
        var end = await RunAsync(program, command, environment, folder, limit, longest, secrets, context.Time, cancellation);
        await context.Effects.EndAsync(cancellation);
        return end;
    }

    private static async Task<CommandEnd> RunAsync(
        string program, CommandSettings command, List<string> environment, string folder, TimeSpan timeout, TimeSpan longest, SecretValues secrets, TimeProvider time, CancellationToken cancellation)
    {
        var output = new OutputTail();
        // Nothing is ever written to it: that it is open is what it says.
        await using var life = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.None);
        await using var pipe = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.None);
        int process;
        try
        {
            process = ProcessSpawn.Start(
                CommandWatch.Around(program, command.Run.Skip(1), longest), environment, folder, (int)pipe.ClientSafePipeHandle.DangerousGetHandle(), (int)life.ClientSafePipeHandle.DangerousGetHandle());
        }
        catch (Win32Exception e)
        {
            return new CommandEnd.NotStarted($"{command.Run[0]} cannot be started: {e.Message}");
        }
        finally
        {
            pipe.DisposeLocalCopyOfClientHandle();
            life.DisposeLocalCopyOfClientHandle();
        }
        var began = time.GetTimestamp();
        var reading = ReadAsync(pipe, output);
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
            await Task.WhenAny(ending, Task.Delay(s_grace, CancellationToken.None));
        }
        // Before its id is given back: then it could be somebody else's.
        ProcessSpawn.SignalGroup(process, End);
        await ending;
        var (code, signal) = ProcessSpawn.Collect(process);
        await Task.WhenAny(reading, Task.Delay(s_lastOutput, CancellationToken.None));
        cancellation.ThrowIfCancellationRequested();
        var printed = command.KeepOutput ? output.Show(secrets) : "";
        return late
            ? new CommandEnd.TookTooLong(printed)
            : new CommandEnd.Ended(code, signal, printed, time.GetElapsedTime(began));
    }

    private static async Task ReadAsync(AnonymousPipeServerStream pipe, OutputTail output)
    {
        var buffer = new byte[8192];
        try
        {
            while (await pipe.ReadAsync(buffer) is > 0 and var count) output.Add(buffer.AsSpan(0, count));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Somebody outside the group still holds the other end; what it prints is not this command's.
        }
    }
}
