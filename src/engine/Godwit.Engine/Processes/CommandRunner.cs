using Godwit.Engine.Runs;
using Godwit.Engine.Secrets;
using Godwit.Engine.Steps;

namespace Godwit.Engine.Processes;

/// <summary>
/// Runs a step's command to its end (<see cref="ChildProgram"/>). A runner that takes over waits for its time to be over; then it runs it again with the same
/// idempotency key.
/// </summary>
public static class CommandRunner
{
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(10);

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
        await context.Effects.BeginAsync("command", limit + ChildProgram.Grace + ChildProgram.LastOutput, endsWithRunner: true, cancellation);
        try
        {
            return await ChildProgram.RunAsync(program, command.Run.Skip(1), environment, folder, limit, secrets, context.Time, cancellation, command.KeepOutput);
        }
        finally
        {
            // However it came back, the command has ended: nobody who goes back has to wait for its time to be over.
            await EffectEnds.NoteAsync(context.Effects, cancellation);
        }
    }
}
