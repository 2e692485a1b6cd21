using Godwit.Engine.Adoption;
using Godwit.Model.Names;
using Godwit.Postgres.Verification;
using Npgsql;

namespace Godwit.Postgres.Adoption;

/// <summary>Finds the tables in which tools keep what they have applied. Reads them, and changes nothing of theirs.</summary>
public static class MigrationHistories
{
    /// <summary>A tool's table is known by its name and by columns that no other tool's of that name has together.</summary>
    private static readonly (string Table, string[] Columns, MigrationTool Tool)[] s_known =
    [
        ("flyway_schema_history", ["checksum", "installed_rank", "script", "success", "type", "version"], MigrationTool.Flyway),
        ("__EFMigrationsHistory", ["MigrationId", "ProductVersion"], MigrationTool.EfCore),
        // Others keep numbers there, and a column that says whether the last one failed.
        ("schema_migrations", ["version"], MigrationTool.Dbmate),
        ("alembic_version", ["version_num"], MigrationTool.Alembic),
        ("_prisma_migrations", ["checksum", "finished_at", "migration_name", "rolled_back_at"], MigrationTool.Prisma),
    ];

    private const string Tables = """
        SELECT n.nspname::text, c.relname::text, array_agg(a.attname::text ORDER BY a.attname)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.relkind IN ('r', 'p') AND c.relname = ANY ($1) AND n.nspname <> ALL ('{godwit,pg_catalog,information_schema}') GROUP BY 1, 2 ORDER BY 1, 2
        """;

    /// <summary>Every history that has something on record.</summary>
    public static async Task<IReadOnlyList<MigrationHistory>> FindAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var tables = await TargetQuery.ReadAsync(
            connection, Tables, r => (Schema: r.GetString(0), Table: r.GetString(1), Columns: r.GetFieldValue<string[]>(2)), cancellation, [s_known.Select(k => k.Table).ToArray()]);
        var histories = new List<MigrationHistory>();
        foreach (var (schema, table, columns) in tables)
        {
            var (_, needed, tool) = s_known.First(k => k.Table == table);
            if (needed.Except(columns, StringComparer.Ordinal).Any() || (tool == MigrationTool.Dbmate && columns.Contains("dirty", StringComparer.Ordinal))) continue;
            var applied = await ReadAsync(connection, tool, TargetName.Qualify(schema, table), cancellation);
            if (applied.Count > 0) histories.Add(new MigrationHistory(tool, schema, table, applied));
        }
        return histories;
    }

    private static async Task<IReadOnlyList<AppliedMigration>> ReadAsync(NpgsqlConnection connection, MigrationTool tool, string table, CancellationToken cancellation) => tool switch
    {
        MigrationTool.Flyway => FlywayRows.Applied(await TargetQuery.ReadAsync(connection, FlywayRows.Query(table), FlywayRows.Read, cancellation)),
        MigrationTool.EfCore => await TargetQuery.ReadAsync(connection, $"""SELECT "MigrationId" FROM {table} ORDER BY 1""", Named, cancellation),
        MigrationTool.Dbmate => await TargetQuery.ReadAsync(connection, $"SELECT version::text FROM {table} ORDER BY 1", Named, cancellation),
        // Heads only: what led to them is not on record.
        MigrationTool.Alembic => await TargetQuery.ReadAsync(connection, $"SELECT version_num FROM {table} ORDER BY 1", r => Named(r) with { CoversEarlier = true }, cancellation),
        MigrationTool.Prisma => await TargetQuery.ReadAsync(
            connection, $"SELECT migration_name, checksum, finished_at IS NULL FROM {table} WHERE rolled_back_at IS NULL ORDER BY started_at",
            r => new AppliedMigration(r.GetString(0), r.GetString(0), r.GetString(1), Failed: r.GetBoolean(2)), cancellation),
        _ => throw new ArgumentOutOfRangeException(nameof(tool)),
    };

    private static AppliedMigration Named(NpgsqlDataReader row) => new(row.GetString(0), row.GetString(0));
}
