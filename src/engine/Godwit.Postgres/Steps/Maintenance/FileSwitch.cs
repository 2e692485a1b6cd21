using System.Text;
using Godwit.Engine.Files;
using Godwit.Engine.Processes;
using Godwit.Engine.Steps;

namespace Godwit.Postgres.Steps.Maintenance;

/// <summary>A file that is there while the mode is on, as web servers and proxies look for it.</summary>
/// <param name="reload">Tells them to look; null where they look by themselves.</param>
internal sealed class FileSwitch(string path, string? message, CommandSettings? reload) : IMaintenanceSwitch
{
    public StepReach Reach => StepFolder.Holds(path) ? StepReach.Inside : StepReach.Outside;

    public async Task<MaintenanceState?> ReadAsync(StepContext context, CancellationToken cancellation) =>
        await SwitchFile.ReadAsync(In(context), cancellation) is { } content ? new MaintenanceState(true, Convert.ToBase64String(content)) : new MaintenanceState(false);

    public async Task<StepResult> SetAsync(bool on, StepContext context, CancellationToken cancellation)
    {
        // One that is there already stays as it is.
        if (on && !File.Exists(In(context))) await SwitchFile.WriteAsync(In(context), Encoding.UTF8.GetBytes((message ?? "maintenance") + "\n"), cancellation);
        if (!on) File.Delete(In(context));
        return await ReloadAsync(context, cancellation);
    }

    public async Task<StepResult> RestoreAsync(MaintenanceState before, StepContext context, CancellationToken cancellation)
    {
        await SwitchFile.RestoreAsync(In(context), before.Content is { } content ? Convert.FromBase64String(content) : null, cancellation);
        return await ReloadAsync(context, cancellation);
    }

    /// <summary>Whether or not the file was changed just now: whoever was killed after changing it had not told anybody.</summary>
    private async Task<StepResult> ReloadAsync(StepContext context, CancellationToken cancellation) =>
        reload is null ? StepResult.Done : CommandResult.Of(reload, await CommandRunner.RunAsync(reload, context, cancellation));

    private string In(StepContext context) => Path.Combine(context.Folder, path);
}
