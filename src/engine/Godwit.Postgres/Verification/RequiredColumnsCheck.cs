using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Names;
using Godwit.Model.Verification;
using Npgsql;

namespace Godwit.Postgres.Verification;

/// <summary>No NULL in a required column, counted in one scan of each table.</summary>
public sealed class RequiredColumnsCheck : ITargetCheck
{
    public string Name => "required columns";

    public async Task<CheckResult> RunAsync(NpgsqlConnection connection, MovePlan plan, CancellationToken cancellationToken)
    {
        var record = new CheckRecord(Name);
        record.Count("columns", 0);
        record.Count("nulls", 0);
        foreach (var table in plan.Tables)
        {
            var columns = RequiredColumns.Of(table);
            if (columns.Count == 0) continue;
            // num_nulls, because IS NULL and count(column) may be answered from the catalog's NOT NULL instead of the rows (PostgreSQL 17 and later).
            var counts = string.Join(", ", columns.Select(c => $"count(*) FILTER (WHERE num_nulls({TargetName.Quote(c.TargetName)}) > 0)"));
            await Probe.RunAsync(connection, plan.Schema, Probe.WithoutIndexes, record, $"table {table.TargetName}", new Place.InTable(table.TargetName), async () =>
            {
                var nulls = (await TargetQuery.ReadAsync(connection, $"SELECT count(*), {counts} FROM {TargetName.Qualify(plan.Schema, table.TargetName)}",
                    r => Enumerable.Range(0, r.FieldCount).Select(r.GetInt64).ToArray(), cancellationToken))[0];
                record.Count("rows", nulls[0]);
                for (var i = 0; i < columns.Count; i++) Add(record, table, columns[i], nulls[i + 1]);
            }, cancellationToken);
        }
        return record.Result;
    }

    private static void Add(CheckRecord record, TablePlan table, ColumnPlan column, long nulls)
    {
        record.Count("columns");
        record.Count("nulls", nulls);
        if (nulls == 0) return;
        record.Add(Finding.Error(FindingCodes.ConstraintNotValid, $"column {column.TargetName} of {table.TargetName} holds NULL in {nulls} rows, though it is required",
            new Place.InTable(table.TargetName, Column: column.TargetName)));
    }
}
