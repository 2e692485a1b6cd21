using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Npgsql;

namespace Godwit.Postgres.Verification;

/// <summary>Indexes of the plan, and the keys that are unique indexes because they compare by an expression.</summary>
internal static class PlannedIndexes
{
    private const string Sql = """
        SELECT c.relname::text, ic.relname::text, i.indisunique, i.indisvalid AND i.indisready AND i.indislive, i.indnkeyatts::int, i.indpred IS NOT NULL, i.indnullsnotdistinct
        FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND c.relname = ANY ($2)
        """;

    private sealed record Actual(string Table, string Name, bool Unique, bool Valid, int Parts, bool Partial, bool NullsNotDistinct);

    /// <param name="Partial">Null for a condition over no column: PostgreSQL drops one that is always true.</param>
    private sealed record Planned(string Name, bool Unique, int Parts, bool? Partial);

    public static async Task CheckAsync(NpgsqlConnection connection, string schema, IReadOnlyList<TablePlan> tables, CheckRecord record, CancellationToken cancellationToken)
    {
        var rows = await TargetQuery.ReadAsync(connection, Sql,
            r => new Actual(r.GetString(0), r.GetString(1), r.GetBoolean(2), r.GetBoolean(3), r.GetInt32(4), r.GetBoolean(5), r.GetBoolean(6)),
            cancellationToken, schema, tables.Select(t => t.TargetName).ToArray());
        var actual = rows.ToDictionary(r => (r.Table, r.Name));
        foreach (var table in tables)
        {
            foreach (var planned in Of(table))
            {
                record.Count("indexes");
                foreach (var difference in actual.TryGetValue((table.TargetName, planned.Name), out var found) ? Differences(planned, found) : ["is missing"])
                    record.Add(Finding.Error(FindingCodes.ConstraintNotValid, $"index {planned.Name} of {table.TargetName} {difference}", new Place.InObject("index", planned.Name)));
            }
        }
    }

    private static IEnumerable<Planned> Of(TablePlan table)
    {
        IEnumerable<KeyPlan> keys = table.PrimaryKey is { } primary ? [primary, .. table.Uniques] : table.Uniques;
        foreach (var key in keys)
        {
            if (key.Expressions is { } expressions) yield return new Planned(key.Name, Unique: true, expressions.Count, Partial: false);
        }
        foreach (var index in table.Indexes) yield return new Planned(index.Name, index.Unique, IndexKeyParts.Split(index.KeySql).Count, index.WhereSql is null ? false : index.WhereSql.Contains('"') ? true : null);
    }

    private static IEnumerable<string> Differences(Planned planned, Actual actual)
    {
        if (!actual.Valid) yield return "is not valid";
        if (planned.Unique != actual.Unique) yield return planned.Unique ? "is not unique" : "is unique where that is not planned";
        if (planned.Parts != actual.Parts) yield return $"has {actual.Parts} key parts where {planned.Parts} are planned";
        if (planned.Partial is { } partial && partial != actual.Partial) yield return partial ? "has lost its WHERE" : "has a WHERE where none is planned";
        if (actual.NullsNotDistinct) yield return "takes NULLs for equal";
    }
}
