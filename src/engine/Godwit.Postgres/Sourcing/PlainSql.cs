using Godwit.Model.Moves;
using Godwit.Model.Names;

namespace Godwit.Postgres.Sourcing;

/// <summary>What a keyed column is made of, as a source's server gives it in the column's place (Engine/Moves/Keyed/PlainValue): bytes as they are, anything else as the text that it prints.</summary>
internal static class PlainSql
{
    public static string Of(ColumnPlan column, ColumnTransform transform, string relation)
    {
        var inputs = transform.Inputs.Select(i => $"{relation}.{TargetName.Quote(i)}").ToList();
        // The declared type of a keyed column is that of its first input.
        var value = column.DeclaredType == "bytea" ? inputs[0] : $"{inputs[0]}::text";
        if (transform.Kind != "blind_index") return value;
        var bytes = column.DeclaredType == "bytea" ? inputs[0] : Utf8(inputs[0]);
        var tenant = inputs.Count > 1
            ? $"coalesce(pg_catalog.int4send(pg_catalog.octet_length({Utf8(inputs[1])})) OPERATOR(pg_catalog.||) {Utf8(inputs[1])}, pg_catalog.int4send(-1))"
            : "pg_catalog.int4send(0)";
        return $"{tenant} OPERATOR(pg_catalog.||) {bytes}";
    }

    private static string Utf8(string value) => $"pg_catalog.convert_to({value}::text, 'UTF8')";
}
