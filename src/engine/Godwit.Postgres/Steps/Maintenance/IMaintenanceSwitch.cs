using System.Text.Json.Nodes;
using Godwit.Engine.Steps;

namespace Godwit.Postgres.Steps.Maintenance;

/// <summary>A way to switch a maintenance mode.</summary>
internal interface IMaintenanceSwitch
{
    StepReach Reach => StepReach.Inside;

    /// <summary>What it is now, with what is needed to give it back; null when nobody can tell.</summary>
    Task<MaintenanceState?> ReadAsync(StepContext context, CancellationToken cancellation);

    Task<StepResult> SetAsync(bool on, StepContext context, CancellationToken cancellation);

    /// <param name="before">As <see cref="ReadAsync"/> saw it.</param>
    Task<StepResult> RestoreAsync(MaintenanceState before, StepContext context, CancellationToken cancellation) => SetAsync(before.On, context, cancellation);
}

/// <param name="Content">What a row or file held; null where there was none.</param>
internal sealed record MaintenanceState(bool On, string? Content = null)
{
    public static MaintenanceState Read(JsonObject kept) => new(kept["on"]!.GetValue<bool>(), kept["content"]?.GetValue<string>());

    public JsonObject Write() => new() { ["on"] = On, ["content"] = Content };
}
