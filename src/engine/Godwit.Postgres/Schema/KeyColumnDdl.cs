using Godwit.Engine.Moves;
using Godwit.Engine.Moves.Keyed;
using Godwit.Model.Moves;
using Godwit.Model.Names;
using Godwit.Security.Keyring;

namespace Godwit.Postgres.Schema;

/// <summary>Notes which columns hold what keys make before the first such value is in one: no key is retired that a row needs.</summary>
internal static class KeyColumnDdl
{
    public static IEnumerable<TargetStep> Note(MovePlan plan) => KeyedMoves.Columns(plan).Select(c => new TargetStep(
        $"key-column:{c.Table.TargetName}.{c.Column.TargetName}", DdlPhase.KeyColumns, $"{c.Column.TargetName} of {c.Table.TargetName} among what needs keys",
        $"""
        INSERT INTO godwit.key_columns (table_schema, table_name, column_name, kind, encoding)
        VALUES ({TargetName.Literal(plan.Schema)}, {TargetName.Literal(c.Table.TargetName)}, {TargetName.Literal(c.Column.TargetName)}, {TargetName.Literal(c.Purpose.Name)}, '{(c.Purpose == KeyPurpose.Pepper ? "text" : "binary")}')
        ON CONFLICT (table_schema, table_name, column_name) DO UPDATE SET kind = excluded.kind, encoding = excluded.encoding
        """, c.Table.TargetName));

    /// <summary>Forgets those of tables that are gone.</summary>
    public static string Forget(MovePlan plan, IReadOnlyCollection<string> tables) =>
        $"DELETE FROM godwit.key_columns WHERE table_schema = {TargetName.Literal(plan.Schema)} AND table_name IN ({string.Join(", ", tables.Select(TargetName.Literal))})";
}
