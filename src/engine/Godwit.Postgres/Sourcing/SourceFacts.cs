using Godwit.Model.Findings;
using Npgsql;

namespace Godwit.Postgres.Sourcing;

/// <summary>What a source says of itself when it is opened; the snapshot is that of the transaction in which it is asked.</summary>
/// <param name="System">The system identifier, where this role may know it.</param>
internal sealed record SourceFacts(string Exported, string Snapshot, string System, long Database, long Size, string Encoding, bool HasSchema, bool MayUse)
{
    private const string Sql = """
        SELECT pg_export_snapshot(), pg_current_snapshot()::text, d.oid::bigint, pg_database_size(d.oid), current_setting('server_encoding'),
               n.oid IS NOT NULL, n.oid IS NOT NULL AND has_schema_privilege(n.oid, 'USAGE'), has_function_privilege('pg_control_system()', 'EXECUTE')
        FROM pg_database d LEFT JOIN pg_namespace n ON n.nspname = $1 WHERE d.datname = current_database()
        """;

    public static async Task<SourceFacts> ReadAsync(NpgsqlConnection connection, string schema, CancellationToken cancellation)
    {
        SourceFacts facts;
        bool mayAsk;
        await using (var command = new NpgsqlCommand(Sql, connection) { Parameters = { new() { Value = schema } } })
        await using (var r = await command.ExecuteReaderAsync(cancellation))
        {
            await r.ReadAsync(cancellation);
            facts = new SourceFacts(r.GetString(0), r.GetString(1), "", r.GetInt64(2), r.GetInt64(3), r.GetString(4), r.GetBoolean(5), r.GetBoolean(6));
            mayAsk = r.GetBoolean(7);
        }
        if (!mayAsk) return facts;
        await using var system = new NpgsqlCommand("SELECT system_identifier::text FROM pg_control_system()", connection);
        return facts with { System = (string?)await system.ExecuteScalarAsync(cancellation) ?? "" };
    }

    public Finding? Obstacle(string schema) => this switch
    {
        { HasSchema: false } => Finding.Error(FindingCodes.NoSuchSchema, $"The source has no schema {schema}", remedy: "Name another with --from-schema."),
        { MayUse: false } => Finding.Error(FindingCodes.SourceFiltered, $"This role may not use the schema {schema} of the source", remedy: $"GRANT USAGE ON SCHEMA {schema} to it."),
        { Encoding: "SQL_ASCII" } => Finding.Error(FindingCodes.InvalidText, "The source's encoding is SQL_ASCII: nobody knows what its texts are", remedy: "Restore it into a database with an encoding first."),
        _ => null,
    };
}
