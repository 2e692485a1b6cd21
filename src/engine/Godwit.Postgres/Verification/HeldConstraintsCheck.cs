using Godwit.Model.Moves;
using Godwit.Model.Verification;
using Npgsql;

namespace Godwit.Postgres.Verification;

/// <summary>
/// Required columns, keys and foreign keys without reading the rows once more: the rows are equal to the source's by their digests, the source's satisfied the
/// plan, and <see cref="PlannedObjectsCheck"/> saw each constraint in place and valid, which PostgreSQL established from the rows and holds since.
/// </summary>
public sealed class HeldConstraintsCheck : ITargetCheck
{
    public string Name => "constraints held";

    public Task<CheckResult> RunAsync(NpgsqlConnection connection, MovePlan plan, CancellationToken cancellationToken)
    {
        var record = new CheckRecord(Name);
        record.Count("required columns", plan.Tables.Sum(t => RequiredColumns.Of(t).Count));
        record.Count("keys", plan.Tables.Sum(t => (t.PrimaryKey is null ? 0 : 1) + t.Uniques.Count + t.Indexes.Count(i => i.Unique)));
        record.Count("foreign keys", plan.Tables.Sum(t => t.ForeignKeys.Count(k => k.Validate)));
        return Task.FromResult(record.Result);
    }
}
