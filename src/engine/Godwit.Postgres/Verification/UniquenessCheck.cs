using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Names;
using Godwit.Model.Verification;
using Godwit.Postgres.Schema;
using Npgsql;

namespace Godwit.Postgres.Verification;

/// <summary>Duplicates of every planned key and unique index, found from the rows and not from the index that should have prevented them.</summary>
public sealed class UniquenessCheck : ITargetCheck
{
    private const int Examples = 10;

    private const string Memory = "SET LOCAL work_mem = '64MB'";

    /// <summary>
    /// Numbers sort faster than they hash, ids that lie in their order three times so (2 million rows: 0.9 s against 2.3 s); texts hash faster (2.4 s against 3.8 s).
    /// </summary>
    private const string Sorting = "SET LOCAL enable_hashagg = off";

    private sealed record Key(string Name, IReadOnlyList<string> Parts, string? Where, bool Sorts);

    public string Name => "uniqueness";

    public async Task<CheckResult> RunAsync(NpgsqlConnection connection, MovePlan plan, CancellationToken cancellationToken)
    {
        var record = new CheckRecord(Name);
        record.Count("keys", 0);
        record.Count("duplicates", 0);
        foreach (var table in plan.Tables)
        {
            foreach (var key in Of(table))
            {
                // Functions of extensions in expressions are named as definitions have them.
                var path = plan.Postgres is { } source ? $"; SET LOCAL search_path = {InSight.PathOf(["pg_catalog", .. source.SearchPath])}" : "";
                var settings = $"{Probe.WithoutIndexes}; {Memory}" + (key.Sorts ? $"; {Sorting}" : "") + path;
                await Probe.RunAsync(connection, plan.Schema, settings, record, $"key {key.Name} of {table.TargetName}", new Place.InTable(table.TargetName),
                    () => CheckAsync(connection, plan.Schema, table, key, record, cancellationToken), cancellationToken);
            }
        }
        return record.Result;
    }

    private static IEnumerable<Key> Of(TablePlan table)
    {
        IEnumerable<KeyPlan> keys = table.PrimaryKey is { } primary ? [primary, .. table.Uniques] : table.Uniques;
        foreach (var key in keys)
        {
            var columns = key.Columns.Select(c => table.Columns[c]).ToArray();
            yield return new Key(key.Name, key.Expressions ?? [.. columns.Select(c => TargetName.Quote(c.TargetName))], Where: null,
                Sorts: key.Expressions is null && !Array.Exists(columns, c => c.Type.IsText));
        }
        foreach (var index in table.Indexes.Where(i => i.Unique)) yield return new Key(index.Name, index.Parts ?? IndexKeyParts.Split(index.KeySql), index.WhereSql, Sorts: false);
    }

    private static async Task CheckAsync(
        NpgsqlConnection connection, string schema, TablePlan table, Key key, CheckRecord record, CancellationToken cancellationToken)
    {
        var names = Enumerable.Range(0, key.Parts.Count).Select(i => $"k{i}").ToArray();
        var parts = string.Join(", ", key.Parts.Zip(names, (part, name) => $"({part}) AS {name}"));
        // NULLs are distinct: a row with one in its key equals no other.
        var groups = $"""
            (SELECT {string.Join(", ", names)}, count(*) AS n
             FROM (SELECT {parts} FROM {TargetName.Qualify(schema, table.TargetName)}{(key.Where is null ? "" : $" WHERE {key.Where}")}) r
             WHERE {string.Join(" AND ", names.Select(n => $"{n} IS NOT NULL"))}
             GROUP BY {string.Join(", ", names)} HAVING count(*) > 1) d
            """;
        var (values, rows) = (await TargetQuery.ReadAsync(connection, $"SELECT count(*), coalesce(sum(n), 0)::bigint FROM {groups}", r => (r.GetInt64(0), r.GetInt64(1)), cancellationToken))[0];
        record.Count("keys");
        record.Count("duplicates", rows - values);
        if (values == 0) return;

        var value = $"concat_ws(', ', {string.Join(", ", names.Select(n => $"{n}::text"))})";
        var examples = await TargetQuery.ReadAsync(connection, $"SELECT {value} FROM {groups} ORDER BY 1 LIMIT {Examples}", r => r.GetString(0), cancellationToken);
        record.Add(Finding.Error(FindingCodes.ConstraintNotValid, $"key {key.Name} of {table.TargetName} is not unique: {values} values stand in {rows} rows", new Place.InTable(table.TargetName))
            with { Value = string.Join("; ", examples) });
    }
}
