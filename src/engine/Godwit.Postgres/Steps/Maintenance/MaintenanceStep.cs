using System.Text.Json.Nodes;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;

namespace Godwit.Postgres.Steps.Maintenance;

/// <param name="probe">Looks from outside whether it is so; null takes the switch's word for it.</param>
internal sealed class MaintenanceStep(IMaintenanceSwitch use, bool on, MaintenanceProbe? probe) : IStep
{
    /// <summary>That the switch was thrown, not only begun to be.</summary>
    private const string Thrown = "thrown";

    public string? Irreversible => null;

    public StepReach Reach => use.Reach;

    public string UndoSummary => "switches back to what was before";

    /// <summary>Of one that a killed runner left: what it was, and whether it is known what it is.</summary>
    public string? Describe(string progress, DateTimeOffset now)
    {
        if (JsonNode.Parse(progress) is not JsonObject { Count: > 0 } kept) return null;
        var before = Word(MaintenanceState.Read(kept).On);
        return kept[Thrown] is null
            ? $"was {before}; switching it {Word(on)} was begun, and may have come about"
            : $"was {before}; it was switched {Word(on)}";
    }

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
        if (kept is null) await memory.SaveAsync(kept = (await use.ReadAsync(context, cancellation) ?? new MaintenanceState(!on)).Write(), 0, 1, cancellation);
        var result = await use.SetAsync(on, context, cancellation);
        if (result is not StepResult.Passed passed) return result;
        kept[Thrown] = true;
        await memory.SaveAsync(kept, 1, 1, cancellation);
        return passed with { Evidence = new Dictionary<string, string>(passed.Evidence, StringComparer.Ordinal) { ["mode"] = Word(on), ["before"] = Word(MaintenanceState.Read(kept).On) } };
    });

    public Task<StepResult> VerifyAsync(StepContext context, CancellationToken cancellation) => GuardAsync(async () =>
    {
        if (await use.ReadAsync(context, cancellation) is { } now && now.On != on) return StepResult.Fail(FindingCodes.SwitchFailed, $"the maintenance mode is {Word(now.On)} after it was switched {Word(on)}");
        return probe is null ? StepResult.Done : await probe.ExpectAsync(on, context, cancellation);
    });

    public Task<StepResult> UndoAsync(StepContext context, CancellationToken cancellation) => GuardAsync(async () =>
    {
        var memory = new StepMemory(context);
        var (kept, _) = await memory.ReadAsync(cancellation);
        if (kept is null) return StepResult.Done;
        var before = MaintenanceState.Read(kept);
        var result = await use.RestoreAsync(before, context, cancellation);
        if (result is StepResult.Passed && probe is not null) result = await probe.ExpectAsync(before.On, context, cancellation);
        if (result is StepResult.Passed) await memory.ForgetAsync(cancellation);
        return result;
    });

    private static string Word(bool mode) => mode ? "on" : "off";

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
