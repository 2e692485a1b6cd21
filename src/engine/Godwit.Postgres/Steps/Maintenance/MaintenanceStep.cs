using Godwit.Engine.Steps;
using Godwit.Model.Findings;

namespace Godwit.Postgres.Steps.Maintenance;

internal sealed class MaintenanceStep(IMaintenanceSwitch use, bool on) : IStep
{
    public string? Irreversible => null;

    public StepReach Reach => use.Reach;

    public string UndoSummary => "switches back to what was before";

    public Task<StepResult> PrecheckAsync(StepContext context, CancellationToken cancellation) =>
        GuardAsync(async () =>
        {
            await use.ReadAsync(context, cancellation);
            return StepResult.Done;
        });

    public Task<StepResult> ApplyAsync(StepContext context, CancellationToken cancellation) => GuardAsync(async () =>
    {
        var memory = new StepMemory(context);
        var (kept, _) = await memory.ReadAsync(cancellation);
        // Kept before anything is switched: begun again, it would take its own work for what was before.
        if (kept is null) await memory.SaveAsync((await use.ReadAsync(context, cancellation) ?? new MaintenanceState(!on)).Write(), 0, 1, cancellation);
        return await use.SetAsync(on, context, cancellation);
    });

    public Task<StepResult> VerifyAsync(StepContext context, CancellationToken cancellation) => GuardAsync(async () =>
        await use.ReadAsync(context, cancellation) is { } now && now.On != on
            ? StepResult.Fail(FindingCodes.SwitchFailed, $"the maintenance mode is {(now.On ? "on" : "off")} after it was switched {(on ? "on" : "off")}")
            : StepResult.Done);

    public Task<StepResult> UndoAsync(StepContext context, CancellationToken cancellation) => GuardAsync(async () =>
    {
        var memory = new StepMemory(context);
        var (kept, _) = await memory.ReadAsync(cancellation);
        if (kept is null) return StepResult.Done;
        var result = await use.RestoreAsync(MaintenanceState.Read(kept), context, cancellation);
        if (result is StepResult.Passed) await memory.ForgetAsync(cancellation);
        return result;
    });

    private static async Task<StepResult> GuardAsync(Func<Task<StepResult>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return StepResult.Fail(FindingCodes.SwitchFailed, e.Message);
        }
    }
}
