using Godwit.Model.Moves;
using Godwit.Model.Verification;
using Npgsql;

namespace Godwit.Postgres.Verification;

/// <summary>Everything that the plan makes is there under its name, is what was planned, is valid, and is enforced.</summary>
public sealed class PlannedObjectsCheck : ITargetCheck
{
    public string Name => "planned objects";

    public async Task<CheckResult> RunAsync(NpgsqlConnection connection, MovePlan plan, CancellationToken cancellationToken)
    {
        if (plan.Postgres is { } source) return await SourceObjectsCheck.RunAsync(connection, plan, source, new CheckRecord(Name), cancellationToken);
        var record = new CheckRecord(Name);
        var fault = await Probe.RunAsync(connection, plan.Schema, settings: null, async () =>
        {
            var tables = await PlannedColumns.CheckAsync(connection, plan, record, cancellationToken);
            await PlannedConstraints.CheckAsync(connection, plan.Schema, tables, record, cancellationToken);
            await PlannedIndexes.CheckAsync(connection, plan.Schema, tables, record, cancellationToken);
            await PlannedViews.CheckAsync(connection, plan, record, cancellationToken);
        }, cancellationToken);
        return fault is null ? record.Result : throw fault;
    }
}
