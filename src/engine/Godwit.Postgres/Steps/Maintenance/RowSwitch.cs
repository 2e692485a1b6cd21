using Godwit.Engine.Steps;

namespace Godwit.Postgres.Steps.Maintenance;

/// <summary>A row of godwit's own table, which applications read.</summary>
internal sealed class RowSwitch(string name, string? message) : IMaintenanceSwitch
{
    public Task<MaintenanceState?> ReadAsync(StepContext context, CancellationToken cancellation) => context.Target.InTransactionAsync(
        StepMemory.Notes,
        async (transaction, token) => await transaction.QueryAsync("SELECT is_on, message FROM godwit.maintenance WHERE name = $1", 1, token, name) is [var row]
            ? new MaintenanceState((bool)row[0]!, (string?)row[1])
            : (MaintenanceState?)new MaintenanceState(false),
        cancellation);

    public Task<StepResult> SetAsync(bool on, StepContext context, CancellationToken cancellation) => WriteAsync(on, message, context, cancellation);

    public Task<StepResult> RestoreAsync(MaintenanceState before, StepContext context, CancellationToken cancellation) => WriteAsync(before.On, before.Content, context, cancellation);

    private Task<StepResult> WriteAsync(bool on, string? text, StepContext context, CancellationToken cancellation) => context.Target.InTransactionAsync(
        StepMemory.Notes,
        async (transaction, token) =>
        {
            await transaction.ExecuteAsync(
                """
                INSERT INTO godwit.maintenance (name, is_on, message) VALUES ($1, $2, $3::text)
                ON CONFLICT (name) DO UPDATE SET is_on = EXCLUDED.is_on, message = EXCLUDED.message, changed_at = clock_timestamp()
                """, token, name, on, text);
            return StepResult.Done;
        },
        cancellation);
}
