using Godwit.Engine.Http;
using Godwit.Engine.Steps;

namespace Godwit.Postgres.Steps.Maintenance;

/// <summary>Requests to whoever holds the mode.</summary>
internal sealed class HttpSwitch(HttpRequestSettings on, HttpRequestSettings off, HttpRequestSettings? read) : IMaintenanceSwitch
{
    public StepReach Reach => StepReach.Outside;

    /// <exception cref="IOException">There is no answer.</exception>
    public async Task<MaintenanceState?> ReadAsync(StepContext context, CancellationToken cancellation)
    {
        if (read is null) return null;
        return await HttpSender.Shared.SendAsync(read, context.Environment, null, context.Time, cancellation) switch
        {
            HttpAnswer.Came came => new MaintenanceState(read.Refuse(came) is null),
            HttpAnswer.None none => throw new IOException($"the maintenance mode cannot be read: {none.Reason}"),
            HttpAnswer.NotSent none => throw new IOException($"the maintenance mode cannot be read: {none.Reason}"),
            _ => throw new InvalidOperationException(),
        };
    }

    public Task<StepResult> SetAsync(bool mode, StepContext context, CancellationToken cancellation) => HttpResult.SendAsync(mode ? on : off, context, cancellation);
}
