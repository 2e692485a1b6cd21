using Godwit.Engine.Checks;
using Godwit.Engine.Runs;
using Godwit.Engine.Steps;

namespace Godwit.Postgres.Steps.Maintenance;

/// <summary>Statements of the application's own.</summary>
internal sealed class SqlSwitch(string on, string off, string? read, string searchPath) : IMaintenanceSwitch
{
    private readonly SessionTerms _terms = new(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(2), searchPath);

    /// <exception cref="IOException">The query has no answer.</exception>
    public async Task<MaintenanceState?> ReadAsync(StepContext context, CancellationToken cancellation)
    {
        if (read is null) return null;
        var (answer, fault) = await CheckRunner.Of(context).QueryAsync(read, _terms, cancellation);
        return fault is null ? new MaintenanceState(answer == "true") : throw new IOException($"the maintenance mode cannot be read: {fault}");
    }

    public Task<StepResult> SetAsync(bool mode, StepContext context, CancellationToken cancellation) => context.Target.InTransactionAsync(
        _terms,
        async (transaction, token) =>
        {
            await transaction.ExecuteAllAsync([mode ? on : off], token);
            return StepResult.Done;
        },
        cancellation);
}
