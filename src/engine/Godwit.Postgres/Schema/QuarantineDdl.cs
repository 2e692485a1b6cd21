using Godwit.Engine.Moves;
using Godwit.Model.Moves;
using Godwit.Model.Names;

namespace Godwit.Postgres.Schema;

/// <summary>A table's quarantine: its rows raw, as bytes, since what is wrong with them is that no type holds them.</summary>
internal static class QuarantineDdl
{
    public static TargetStep? Create(string schema, TablePlan table)
    {
        if (table.Quarantine is not { } quarantine) return null;
        var own = new List<string> { "godwit_row bigint NOT NULL", "godwit_reason text NOT NULL", "godwit_storage text NOT NULL" };
        var columns = own.Concat((quarantine.Raw?.Select(c => c.TargetName) ?? table.Columns.Select(c => c.TargetName)).Select(c => $"{TargetName.Quote(c)} bytea"));
        var name = TargetName.Qualify(schema, quarantine.TargetName);
        return new TargetStep(
            $"quarantine:{quarantine.TargetName}", DdlPhase.Tables, $"table {quarantine.TargetName}",
            $"CREATE TABLE {name} (\n  {string.Join(",\n  ", columns)}\n)", quarantine.TargetName);
    }
}
