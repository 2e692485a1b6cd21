namespace Godwit.Postgres.Steps.Maintenance;

/// <summary>Where applications look whether they are in maintenance. Its content is what was switched last, not a record: that is the journal.</summary>
internal static class MaintenanceSchema
{
    public const string Statements = """
        CREATE TABLE IF NOT EXISTS godwit.maintenance (
            name text PRIMARY KEY,
            is_on boolean NOT NULL,
            message text,
            changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        """;
}
