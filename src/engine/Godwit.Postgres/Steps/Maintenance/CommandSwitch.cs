using Godwit.Engine.Processes;
using Godwit.Engine.Steps;

namespace Godwit.Postgres.Steps.Maintenance;

/// <summary>Programs of somebody's.</summary>
/// <param name="read">Ends with 0 when the mode is on, and with 1 when it is off; null when nobody can tell.</param>
internal sealed class CommandSwitch(CommandSettings on, CommandSettings off, CommandSettings? read) : IMaintenanceSwitch
{
    /// <exception cref="IOException">It ended in another way.</exception>
    public async Task<MaintenanceState?> ReadAsync(StepContext context, CancellationToken cancellation)
    {
        if (read is null) return null;
        return await CommandRunner.RunAsync(read, context, cancellation) switch
        {
            CommandEnd.Ended { ExitCode: 0 } => new MaintenanceState(true),
            CommandEnd.Ended { ExitCode: 1 } => new MaintenanceState(false),
            CommandEnd.Ended other => throw new IOException($"the maintenance mode cannot be read: {Path.GetFileName(read.Run[0])} ended with {(other.ExitCode is { } code ? $"exit code {code}" : $"signal {other.Signal}")}, and not with 0 for on or 1 for off"),
            CommandEnd.NotStarted(var reason) => throw new IOException($"the maintenance mode cannot be read: {reason}"),
            _ => throw new IOException($"the maintenance mode cannot be read: {Path.GetFileName(read.Run[0])} took too long"),
        };
    }

    public async Task<StepResult> SetAsync(bool mode, StepContext context, CancellationToken cancellation)
    {
        var command = mode ? on : off;
        return CommandResult.Of(command, await CommandRunner.RunAsync(command, context, cancellation));
    }
}
