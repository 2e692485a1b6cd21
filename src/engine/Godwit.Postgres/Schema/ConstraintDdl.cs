using Godwit.Engine.Moves;
using Godwit.Model.Moves;
using Godwit.Model.Names;

namespace Godwit.Postgres.Schema;

internal static class ConstraintDdl
{
    /// <summary>All checks of a table in one statement: one scan.</summary>
    public static IEnumerable<TargetStep> Checks(string schema, TablePlan table)
    {
        if (table.Checks.Count == 0) yield break;
        var clauses = string.Join(",\n  ", table.Checks.Select(c => $"ADD CONSTRAINT {TargetName.Quote(c.Name)} {c.Definition ?? $"CHECK ({c.Sql})"}"));
        yield return new TargetStep(
            $"checks:{table.TargetName}", DdlPhase.Checks, $"checks of {table.TargetName}",
            $"ALTER TABLE {TargetName.Qualify(schema, table.TargetName)}\n  {clauses}", table.TargetName);
    }

    public static IEnumerable<TargetStep> ForeignKeys(string schema, TablePlan table) => table.ForeignKeys.Select(key => new TargetStep(
        $"foreign-key:{table.TargetName}:{key.Name}", DdlPhase.ForeignKeys, $"foreign key {key.Name} of {table.TargetName}",
        $"ALTER TABLE {TargetName.Qualify(schema, table.TargetName)} ADD CONSTRAINT {TargetName.Quote(key.Name)}"
            + $" FOREIGN KEY ({string.Join(", ", key.Columns.Select(c => TargetName.Quote(table.Columns[c].TargetName)))})"
            + $" REFERENCES {TargetName.Qualify(schema, key.Parent)} "
            + (key.Definition ?? $"({string.Join(", ", key.ParentColumns.Select(TargetName.Quote))})" + Action("DELETE", key.OnDelete) + Action("UPDATE", key.OnUpdate)
                + (key.InitiallyDeferred ? " DEFERRABLE INITIALLY DEFERRED" : ""))
            // A partitioned table takes none that is not valid (PostgreSQL 18 is the first that does).
            + (table.Partitioned ? "" : " NOT VALID"),
        table.TargetName));

    public static IEnumerable<TargetStep> Validations(string schema, TablePlan table) => table.ForeignKeys.Where(k => k.Validate && !table.Partitioned).Select(key => new TargetStep(
        $"validate:{table.TargetName}:{key.Name}", DdlPhase.Validation, $"rows of {table.TargetName} against {key.Parent}",
        $"ALTER TABLE {TargetName.Qualify(schema, table.TargetName)} VALIDATE CONSTRAINT {TargetName.Quote(key.Name)}", table.TargetName));

    // A plan that was stored and read back is text from a database row: only the five words go into a statement.
    private static string Action(string @event, string action) => action switch
    {
        "NO ACTION" => "",
        "RESTRICT" or "CASCADE" or "SET NULL" or "SET DEFAULT" => $" ON {@event} {action}",
        _ => throw new ArgumentException($"{action} is no action of a foreign key", nameof(action)),
    };
}
