using Godwit.Engine.Moves;
using Godwit.Model.Moves;
using Godwit.Model.Names;

namespace Godwit.Postgres.Schema;

internal static class KeyDdl
{
    public static IEnumerable<TargetStep> Keys(string schema, TablePlan table)
    {
        if (table.PrimaryKey is { } primary) yield return Key(schema, table, primary, "PRIMARY KEY", "primary key");
        foreach (var unique in table.Uniques) yield return Key(schema, table, unique, "UNIQUE", "unique key");
        foreach (var exclusion in table.Exclusions ?? []) yield return Key(schema, table, exclusion, "EXCLUDE", "exclusion");
    }

    public static IEnumerable<TargetStep> Indexes(string schema, TablePlan table) => table.Indexes.Select(index => new TargetStep(
        $"index:{table.TargetName}:{index.Name}", DdlPhase.Indexes, $"index {index.Name}",
        $"CREATE {(index.Unique ? "UNIQUE " : "")}INDEX {TargetName.Quote(index.Name)} ON {Only(table)}{TargetName.Qualify(schema, table.TargetName)} "
            + (index.Definition ?? $"({index.KeySql})" + (index.WhereSql is { } where ? $" WHERE {where}" : "")),
        table.TargetName));

    private static TargetStep Key(string schema, TablePlan table, KeyPlan key, string kind, string title)
    {
        var on = TargetName.Qualify(schema, table.TargetName);
        var name = TargetName.Quote(key.Name);
        var sql = key.Expressions is { } expressions
            ? $"CREATE UNIQUE INDEX {name} ON {on} ({string.Join(", ", expressions.Select(e => $"({e})"))})"
            : key.Definition is { } definition ? $"ALTER TABLE {Only(table)}{on} ADD CONSTRAINT {name} {definition}"
            : $"ALTER TABLE {on} ADD CONSTRAINT {name} {kind} ({string.Join(", ", key.Columns.Select(c => TargetName.Quote(table.Columns[c].TargetName)))})";
        return new TargetStep($"key:{table.TargetName}:{key.Name}", DdlPhase.Keys, $"{title} of {table.TargetName}", sql, table.TargetName);
    }

    /// <summary>Each partition makes its own index or constraint, which is then attached: all keep their names.</summary>
    private static string Only(TablePlan table) => table.Partitioned ? "ONLY " : "";
}
