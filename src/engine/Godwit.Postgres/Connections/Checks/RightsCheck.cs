using Godwit.Model.Findings;
using Npgsql;

namespace Godwit.Postgres.Connections.Checks;

/// <summary>CREATE and USAGE on each schema, or CREATE on the database where the schema is missing. Nothing more: superuser is never needed.</summary>
internal sealed class RightsCheck : ITargetCheck
{
    // The server quotes names in the GRANT that a person will copy.
    private const string Sql =
        """
        SELECT pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE'),
               n.oid IS NOT NULL,
               n.oid IS NOT NULL AND pg_catalog.has_schema_privilege(n.oid, 'CREATE'),
               n.oid IS NOT NULL AND pg_catalog.has_schema_privilege(n.oid, 'USAGE'),
               pg_catalog.format('GRANT CREATE ON DATABASE %I TO %I', pg_catalog.current_database(), current_user),
               pg_catalog.format('GRANT CREATE, USAGE ON SCHEMA %I TO %I', s.name, current_user)
        FROM (VALUES ($1::text)) s (name)
        LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = s.name
        """;

    public async Task<IReadOnlyList<Finding>> RunAsync(NpgsqlConnection connection, TargetDemands demands, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        foreach (var schema in demands.OtherSchemas.Prepend(demands.Schema).Distinct(StringComparer.Ordinal))
        {
            await using var command = new NpgsqlCommand(Sql, connection) { Parameters = { new() { Value = schema } } };
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            var (mayMake, exists, mayCreate, mayUse) = (reader.GetBoolean(0), reader.GetBoolean(1), reader.GetBoolean(2), reader.GetBoolean(3));
            if (!exists && !mayMake)
            {
                findings.Add(Missing($"The schema {schema} does not exist, and this user may not make it: CREATE on the database is missing", reader.GetString(4)));
            }
            else if (exists && !(mayCreate && mayUse))
            {
                var missing = (mayCreate, mayUse) switch { (true, _) => "USAGE", (_, true) => "CREATE", _ => "CREATE and USAGE" };
                findings.Add(Missing($"{missing} on the schema {schema} is missing", reader.GetString(5)));
            }
        }

        return findings;
    }

    private static Finding Missing(string message, string grant) => Finding.Error(FindingCodes.MissingRight, message, remedy: grant + ";");
}
