using Godwit.Engine.PersonalData;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Npgsql;

namespace Godwit.Postgres.PersonalData;

/// <summary>Holds what a runbook declares as personal against its target.</summary>
public static class DeclaredColumns
{
    /// <summary>Those that are not there, and that no step of the plan names.</summary>
    public static async Task<IReadOnlyList<Finding>> FindUnknownAsync(NpgsqlConnection connection, RunbookPlan plan, CancellationToken cancellation)
    {
        if (plan.PersonalData is null) return [];
        var columns = PersonalDataSettings.Read(plan.PersonalData).Columns;
        await using var command = new NpgsqlCommand(
            """
            SELECT d.at FROM unnest($1::text[], $2::text[]) WITH ORDINALITY d(relation, name, at)
            WHERE NOT EXISTS (SELECT FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname || '.' || c.relname = d.relation AND a.attname = d.name AND a.attnum > 0 AND NOT a.attisdropped)
            """, connection)
        { Parameters = { new() { Value = columns.Select(c => c.Table).ToArray() }, new() { Value = columns.Select(c => c.Column).ToArray() } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var findings = new List<Finding>();
        while (await reader.ReadAsync(cancellation))
        {
            var column = columns[(int)reader.GetInt64(0) - 1];
            if (ColumnMention.MayCome(plan, column)) continue;
            findings.Add(Finding.Warning(
                FindingCodes.PersonalDataUnknown, $"{column.Name} is declared as personal data; the target has no such column, and no step names it", null, "Look how it is written; names are as the catalog has them."));
        }
        return findings;
    }
}
