using Godwit.Engine.Backups;
using Godwit.Model.Findings;
using Npgsql;

namespace Godwit.Postgres.Backups;

/// <summary>Whether a role may read all that has to be in a backup. A table that it may not read, or reads some rows of, is said now and not found missing later.</summary>
internal static class BackupRights
{
    private const int MostNamed = 10;

    private const string Unreadable = """
        SELECT c.oid::regclass::text, CASE WHEN NOT has_schema_privilege(n.oid, 'USAGE') THEN 'schema' WHEN row_security_active(c.oid) THEN 'rows' ELSE 'table' END
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'S') AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
          AND (NOT has_schema_privilege(n.oid, 'USAGE')
               OR CASE WHEN c.relkind = 'S' THEN NOT has_sequence_privilege(c.oid, 'SELECT') ELSE NOT has_table_privilege(c.oid, 'SELECT') OR row_security_active(c.oid) END)
        ORDER BY 1
        """;

    /// <exception cref="BackupException">It may not.</exception>
    public static async Task MustReadAllAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var missing = new List<(string Name, string Why)>();
        await using (var command = new NpgsqlCommand(Unreadable, connection))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation)) missing.Add((reader.GetString(0), reader.GetString(1)));
        }
        if (missing.Count == 0) return;
        var findings = new List<Finding>();
        if (missing.Where(m => m.Why != "rows").Select(m => m.Name).ToList() is { Count: > 0 } closed)
            findings.Add(Finding.Error(FindingCodes.BackupRight, $"the role may not read {Names(closed)}", null, "GRANT SELECT on them (and USAGE on their schema), or grant it pg_read_all_data."));
        if (missing.Where(m => m.Why == "rows").Select(m => m.Name).ToList() is { Count: > 0 } filtered)
            findings.Add(Finding.Error(FindingCodes.BackupRight, $"row security hides rows of {Names(filtered)} from the role", null, "Use the tables' owner, or a role with BYPASSRLS: a backup without those rows would be none."));
        throw new BackupException(findings);
    }

    private static string Names(List<string> names) => string.Join(", ", names.Take(MostNamed)) + (names.Count > MostNamed ? $" and {names.Count - MostNamed} more" : "");
}
