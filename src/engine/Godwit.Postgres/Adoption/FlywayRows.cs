using System.Globalization;
using Godwit.Engine.Adoption;
using Npgsql;

namespace Godwit.Postgres.Adoption;

/// <summary>Flyway's history: rows in the order in which they were installed, later ones taking earlier ones back.</summary>
internal static class FlywayRows
{
    internal sealed record Row(string? Version, string Description, string Type, string Script, int? Checksum, bool Success);

    public static string Query(string table) => $"SELECT version, description, type, script, checksum, success FROM {table} ORDER BY installed_rank";

    public static Row Read(NpgsqlDataReader row) => new(
        row.IsDBNull(0) ? null : row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.IsDBNull(4) ? null : row.GetInt32(4), row.GetBoolean(5));

    public static IReadOnlyList<AppliedMigration> Applied(IReadOnlyList<Row> rows)
    {
        var applied = new Dictionary<string, AppliedMigration>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            var key = row.Version is { } version ? MigrationHistoryKeys.OfFlyway(version) : MigrationHistoryKeys.OfFlywayScript(row.Script);
            var id = (row.Version is null ? "R" : "V") + key;
            // "DELETE" is what repair writes for a file that is gone: the migration is no longer looked for.
            if (row.Type is "DELETE" || (row.Type.StartsWith("UNDO", StringComparison.Ordinal) && row.Success)) applied.Remove(id);
            // "SCHEMA" notes that Flyway made a schema: no migration.
            else if (row.Type is not "SCHEMA")
            {
                // A baseline stands for files that were never applied: its checksum is that of another file, or of none.
                var baseline = row.Type is "BASELINE" or "SQL_BASELINE";
                applied[id] = new AppliedMigration(
                    row.Script, key, baseline ? null : row.Checksum?.ToString(CultureInfo.InvariantCulture), Failed: !row.Success, CoversEarlier: baseline, Repeatable: row.Version is null);
            }
        }
        return [.. applied.Values];
    }
}
