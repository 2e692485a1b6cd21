using Godwit.Engine.Backups;
using Npgsql;

namespace Godwit.Postgres.Backups;

/// <summary>amcheck of every table and b-tree (https://www.postgresql.org/docs/current/amcheck.html), where the extension is installed on this machine: in a scratch server it may be made.</summary>
internal static class AmCheck
{
    private const string Relations = """
        SELECT c.relkind = 'i', c.oid::regclass::text, c.oid FROM pg_class c LEFT JOIN pg_index i ON i.indexrelid = c.oid LEFT JOIN pg_am a ON a.oid = c.relam
        WHERE c.relpersistence = 'p' AND ((c.relkind IN ('r', 'm', 't') AND a.amname = 'heap') OR (c.relkind = 'i' AND a.amname = 'btree' AND i.indisvalid AND i.indisready))
        ORDER BY 2
        """;

    /// <param name="everyRow">Whether each row has to be found in each index: not for indexes that were built a moment ago.</param>
    public static async Task<BackupCheck> RunAsync(NpgsqlConnection connection, bool everyRow, CancellationToken cancellation)
    {
        const string name = "pages and indexes (amcheck)";
        await using (var there = new NpgsqlCommand("SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'amcheck')", connection))
        {
            if (await there.ExecuteScalarAsync(cancellation) is not true) return new BackupCheck(name, null, "amcheck is not installed on this machine");
        }
        await LogicalRestore.ExecuteAsync(connection, "CREATE SCHEMA godwit_amcheck; CREATE EXTENSION IF NOT EXISTS amcheck WITH SCHEMA godwit_amcheck", cancellation);
        await using var where = new NpgsqlCommand("SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'amcheck'", connection);
        var schema = (string)(await where.ExecuteScalarAsync(cancellation))!;
        var relations = new List<(bool IsIndex, string Name, uint Id)>();
        await using (var list = new NpgsqlCommand(Relations, connection))
        await using (var reader = await list.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation)) relations.Add((reader.GetBoolean(0), reader.GetString(1), reader.GetFieldValue<uint>(2)));
        }
        foreach (var (isIndex, relation, id) in relations)
        {
            try
            {
                await using var check = new NpgsqlCommand(
                    isIndex ? $"SELECT {schema}.bt_index_check($1::oid::regclass, {(everyRow ? "true" : "false")})"
                        : $"SELECT msg FROM {schema}.verify_heapam($1::oid::regclass) LIMIT 1", connection)
                { CommandTimeout = 0, Parameters = { new() { Value = (long)id } } };
                if (await check.ExecuteScalarAsync(cancellation) is string { Length: > 0 } problem) return new BackupCheck(name, false, $"{relation}: {problem}");
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.IndexCorrupted or PostgresErrorCodes.DataCorrupted)
            {
                return new BackupCheck(name, false, $"{relation}: {e.MessageText}");
            }
        }
        return new BackupCheck(name, true, $"{relations.Count(r => !r.IsIndex)} tables and {relations.Count(r => r.IsIndex)} indexes");
    }
}
