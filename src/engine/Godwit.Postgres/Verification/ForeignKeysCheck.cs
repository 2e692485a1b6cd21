using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Names;
using Godwit.Model.Verification;
using Npgsql;

namespace Godwit.Postgres.Verification;

/// <summary>
/// Orphans of every planned foreign key, counted from the rows: a key may be declared valid and yet not hold, after writes with triggers off. MATCH SIMPLE: a row
/// with NULL in any column of the key refers to nothing (https://www.postgresql.org/docs/current/sql-createtable.html).
/// </summary>
public sealed class ForeignKeysCheck : ITargetCheck
{
    private const int Examples = 10;

    public string Name => "foreign keys";

    public async Task<CheckResult> RunAsync(NpgsqlConnection connection, MovePlan plan, CancellationToken cancellationToken)
    {
        var record = new CheckRecord(Name);
        record.Count("keys", 0);
        record.Count("orphans", 0);
        foreach (var table in plan.Tables)
        {
            foreach (var key in table.ForeignKeys)
            {
                await Probe.RunAsync(connection, plan.Schema, $"{Probe.WithoutIndexes}; SET LOCAL work_mem = '64MB'", record, $"foreign key {key.Name} of {table.TargetName}", new Place.InTable(table.TargetName),
                    () => CheckAsync(connection, plan.Schema, table, key, record, cancellationToken), cancellationToken);
            }
        }
        return record.Result;
    }

    private static async Task CheckAsync(
        NpgsqlConnection connection, string schema, TablePlan table, ForeignKeyPlan key, CheckRecord record, CancellationToken cancellationToken)
    {
        var child = key.Columns.Select(c => $"c.{TargetName.Quote(table.Columns[c].TargetName)}").ToArray();
        var parent = key.ParentColumns.Select(c => $"p.{TargetName.Quote(c)}");
        var orphans = $"""
            FROM {TargetName.Qualify(schema, table.TargetName)} c
            WHERE {string.Join(" AND ", child.Select(c => $"{c} IS NOT NULL"))}
              AND NOT EXISTS (SELECT FROM {TargetName.Qualify(schema, key.Parent)} p WHERE {string.Join(" AND ", parent.Zip(child, (p, c) => (p, c)).Select((pair, i) => $"{pair.p} {key.Operators?[i] ?? "="} {pair.c}"))})
            """;
        var count = (await TargetQuery.ReadAsync(connection, $"SELECT count(*) {orphans}", r => r.GetInt64(0), cancellationToken))[0];
        record.Count("keys");
        record.Count(key.Validate ? "orphans" : "accepted orphans", count);
        if (count == 0) return;

        var examples = await TargetQuery.ReadAsync(connection, $"SELECT {RowNames.Expression(table, "c")} {orphans} ORDER BY 1 LIMIT {Examples}", r => r.GetString(0), cancellationToken);
        var message = $"foreign key {key.Name} of {table.TargetName} does not hold: {count} rows refer to no row of {key.Parent}";
        var place = new Place.InTable(table.TargetName);
        var finding = key.Validate
            ? Finding.Error(FindingCodes.ConstraintNotValid, message, place)
            : Finding.Note(FindingCodes.Orphan, message + ", which was accepted", place);
        record.Add(finding with { Value = string.Join("; ", examples) });
    }
}
