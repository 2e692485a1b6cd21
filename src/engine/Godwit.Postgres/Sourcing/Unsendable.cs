using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Names;
using Godwit.Postgres.Sourcing.Catalog;
using Npgsql;

namespace Godwit.Postgres.Sourcing;

/// <summary>Values that PostgreSQL sends in binary and does not take back: of its own types that is the empty tsquery, which tsqueryrecv calls malformed.</summary>
internal static class Unsendable
{
    /// <summary>The type whose empty values these are: in columns of it and of its arrays they are looked for; within other types they are not.</summary>
    public static bool IsTsquery(CatalogType type) => type is { Schema: "pg_catalog", Name: "tsquery" };

    public static IReadOnlyList<Finding> Find(NpgsqlConnection connection, string schema, IReadOnlyList<TablePlan> tables)
    {
        var findings = new List<Finding>();
        foreach (var table in tables.Where(t => !t.Partitioned))
        {
            foreach (var column in table.Columns.Where(c => c.Type.Sql is "tsquery" or "tsquery[]" && c.GeneratedSql is null))
            {
                var name = TargetName.Quote(column.SourceName);
                var empty = column.Type.Sql == "tsquery" ? $"pg_catalog.numnode({name}) = 0" : $"EXISTS (SELECT FROM unnest({name}) AS e WHERE pg_catalog.numnode(e) = 0)";
                using var command = new NpgsqlCommand($"SELECT count(*) FROM ONLY {TargetName.Qualify(schema, table.SourceName)} WHERE {empty}", connection) { CommandTimeout = 0 };
                if (command.ExecuteScalar() is long count and > 0)
                    findings.Add(Finding.Error(FindingCodes.TypeNotMoved, $"column {column.SourceName} holds an empty tsquery in {count:N0} rows, which PostgreSQL does not take in binary", new Place.InTable(table.SourceName, Column: column.SourceName), "Make them NULL."));
            }
        }
        return findings;
    }
}
