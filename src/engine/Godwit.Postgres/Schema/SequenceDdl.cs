using Godwit.Engine.Moves;
using Godwit.Model.Moves;
using Godwit.Model.Names;
using Godwit.Model.Values;

namespace Godwit.Postgres.Schema;

internal static class SequenceDdl
{
    public static IEnumerable<TargetStep> Set(string schema, TablePlan table)
    {
        var column = table.Columns.FirstOrDefault(c => c.Identity);
        if (column is null || table.SequenceLast is not { } last) yield break;
        var most = column.Type.Name switch { TypeName.Smallint => short.MaxValue, TypeName.Integer => int.MaxValue, _ => long.MaxValue };
        // At the end of the type the next value must fail, as it does in SQLite for AUTOINCREMENT; is_called says the last number is used up.
        var position = last >= most ? $"{most}, true" : $"{last + 1}, false";
        // The first argument is read as an identifier, the second is the name itself.
        var sequence = $"pg_catalog.pg_get_serial_sequence({TargetName.Literal(TargetName.Qualify(schema, table.TargetName))}, {TargetName.Literal(column.TargetName)})";
        yield return new TargetStep(
            $"sequence:{table.TargetName}", DdlPhase.Sequences, $"sequence of {table.TargetName}",
            $"SELECT pg_catalog.setval({sequence}::pg_catalog.regclass, {position})", table.TargetName);
    }

    /// <summary>Sequences of a PostgreSQL source go on where they stood there.</summary>
    public static IEnumerable<TargetStep> Set(MovePlan plan) => (plan.Postgres?.Sequences ?? []).Select(s => new TargetStep(
        $"position:{s.Name}", DdlPhase.Sequences, $"sequence {s.Name}",
        $"SELECT pg_catalog.setval({TargetName.Literal(TargetName.Qualify(plan.Schema, s.Name))}::pg_catalog.regclass, {s.Last}, {(s.IsCalled ? "true" : "false")})", s.Table));
}
