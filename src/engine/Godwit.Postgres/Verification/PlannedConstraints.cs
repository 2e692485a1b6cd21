using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Npgsql;

namespace Godwit.Postgres.Verification;

/// <summary>Primary keys, unique constraints, checks and foreign keys of the plan by their names.</summary>
internal static class PlannedConstraints
{
    /// <summary>A foreign key is enforced by four triggers, two at each table; ALTER TABLE … DISABLE TRIGGER ALL turns them off.</summary>
    private const int TriggersOfForeignKey = 4;

    private const string Sql = """
        SELECT c.relname::text, k.conname::text, k.contype::text, k.convalidated, k.condeferrable, k.condeferred, k.confdeltype::text, k.confupdtype::text,
               CASE WHEN pn.nspname = $1 THEN p.relname::text END,
               ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u(n, i) JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.n ORDER BY u.i),
               ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u(n, i) JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.n ORDER BY u.i),
               (SELECT count(*) FROM pg_trigger t WHERE t.tgconstraint = k.oid AND t.tgenabled IN ('O', 'A'))
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_class p ON p.oid = k.confrelid LEFT JOIN pg_namespace pn ON pn.oid = p.relnamespace
        WHERE n.nspname = $1 AND c.relname = ANY ($2) AND k.contype IN ('p', 'u', 'c', 'f')
        """;

    private sealed record Actual(
        string Table, string Name, string Kind, bool Validated, bool Deferrable, bool Deferred, string OnDelete, string OnUpdate,
        string? Parent, string[] Columns, string[] ParentColumns, long Triggers);

    public static async Task CheckAsync(NpgsqlConnection connection, string schema, IReadOnlyList<TablePlan> tables, CheckRecord record, CancellationToken cancellationToken)
    {
        var rows = await TargetQuery.ReadAsync(connection, Sql, r => new Actual(
            r.GetString(0), r.GetString(1), r.GetString(2), r.GetBoolean(3), r.GetBoolean(4), r.GetBoolean(5), r.GetString(6), r.GetString(7),
            r.IsDBNull(8) ? null : r.GetString(8), r.GetFieldValue<string[]>(9), r.GetFieldValue<string[]>(10), r.GetInt64(11)),
            cancellationToken, schema, tables.Select(t => t.TargetName).ToArray());
        var actual = rows.ToDictionary(r => (r.Table, r.Name));
        foreach (var table in tables)
        {
            if (table.PrimaryKey is { Expressions: null } primary) Check(table, "primary key", "p", primary.Name, a => KeyDifferences(table, primary, a));
            foreach (var unique in table.Uniques.Where(u => u.Expressions is null)) Check(table, "unique constraint", "u", unique.Name, a => KeyDifferences(table, unique, a));
            foreach (var check in table.Checks) Check(table, "check", "c", check.Name, a => a.Validated ? [] : ["is not valid"]);
            foreach (var key in table.ForeignKeys)
            {
                Check(table, "foreign key", "f", key.Name, a => ForeignKeyDifferences(table, key, a));
                if (!key.Validate && actual.TryGetValue((table.TargetName, key.Name), out var found) && found.Validated)
                    record.Add(Finding.Warning(FindingCodes.SchemaDiffers, $"foreign key {key.Name} of {table.TargetName} is valid; the move left it NOT VALID", new Place.InObject("foreign key", key.Name)));
            }
        }

        void Check(TablePlan table, string title, string kind, string name, Func<Actual, IEnumerable<string>> differences)
        {
            record.Count($"{title}s");
            IEnumerable<string> all = actual.TryGetValue((table.TargetName, name), out var found) && found.Kind == kind ? differences(found) : ["is missing"];
            foreach (var difference in all)
                record.Add(Finding.Error(FindingCodes.ConstraintNotValid, $"{title} {name} of {table.TargetName} {difference}", new Place.InObject(title, name)));
        }
    }

    private static IEnumerable<string> KeyDifferences(TablePlan table, KeyPlan key, Actual actual)
    {
        if (!actual.Columns.SequenceEqual(key.Columns.Select(c => table.Columns[c].TargetName))) yield return "is over other columns than planned";
        if (actual.Deferrable) yield return "is deferrable";
    }

    private static IEnumerable<string> ForeignKeyDifferences(TablePlan table, ForeignKeyPlan key, Actual actual)
    {
        if (!actual.Columns.SequenceEqual(key.Columns.Select(c => table.Columns[c].TargetName))) yield return "is over other columns than planned";
        if (actual.Parent != key.Parent) yield return $"refers to another table than {key.Parent}";
        else if (!actual.ParentColumns.SequenceEqual(key.ParentColumns)) yield return $"refers to other columns of {key.Parent} than planned";
        if (Action(actual.OnDelete) != key.OnDelete) yield return $"is ON DELETE {Action(actual.OnDelete)} where {key.OnDelete} is planned";
        if (Action(actual.OnUpdate) != key.OnUpdate) yield return $"is ON UPDATE {Action(actual.OnUpdate)} where {key.OnUpdate} is planned";
        if (actual.Deferrable != key.InitiallyDeferred || actual.Deferred != key.InitiallyDeferred)
            yield return key.InitiallyDeferred ? "is not DEFERRABLE INITIALLY DEFERRED" : "is deferrable where that is not planned";
        if (key.Validate && !actual.Validated) yield return "is not valid";
        if (actual.Triggers < TriggersOfForeignKey) yield return "is not enforced: its triggers are disabled";
    }

    private static string Action(string code) => code switch
    {
        "a" => "NO ACTION",
        "r" => "RESTRICT",
        "c" => "CASCADE",
        "n" => "SET NULL",
        "d" => "SET DEFAULT",
        _ => code,
    };
}
