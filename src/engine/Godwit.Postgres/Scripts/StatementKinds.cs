using System.Text.RegularExpressions;

namespace Godwit.Postgres.Scripts;

/// <summary>What kind of statement it is, as far as a runner has to know.</summary>
internal static partial class StatementKinds
{
    /// <summary>Begins or ends a transaction: the runner's business.</summary>
    public static bool ControlsTransaction(SqlStatement s) =>
        s.StartsWith("BEGIN") || s.StartsWith("COMMIT") || s.StartsWith("ROLLBACK") && !s.StartsWith("ROLLBACK", "TO") || s.StartsWith("END") || s.StartsWith("ABORT")
        || s.StartsWith("START", "TRANSACTION") || s.StartsWith("PREPARE", "TRANSACTION");

    /// <summary>Statements that PostgreSQL refuses in a transaction block; each one's page says so.</summary>
    public static bool NeedsNoTransaction(SqlStatement s) =>
        IsConcurrent(s) || s.StartsWith("VACUUM") || s.StartsWith("ALTER", "SYSTEM") || s.StartsWith("CREATE", "DATABASE") || s.StartsWith("DROP", "DATABASE")
        || s.StartsWith("CREATE", "TABLESPACE") || s.StartsWith("DROP", "TABLESPACE") || s.StartsWith("REINDEX", "DATABASE") || s.StartsWith("REINDEX", "SYSTEM")
        || s.StartsWith("CREATE", "SUBSCRIPTION") || s.StartsWith("DROP", "SUBSCRIPTION") || s.StartsWith("CLUSTER") && s.Words.Count == 1;

    public static bool IsConcurrent(SqlStatement s) =>
        s.Words.Contains("CONCURRENTLY") && (s.StartsWith("CREATE") || s.StartsWith("DROP", "INDEX") || s.StartsWith("REINDEX") || s.StartsWith("ALTER", "TABLE"));

    /// <summary>
    /// Makes new objects and locks none that was there before: tables without references to others, types, schemas, and indexes on tables of the same
    /// script. What is not known to be so is not.
    /// </summary>
    public static bool MakesOnlyNew(IReadOnlyList<SqlStatement> script)
    {
        var made = new HashSet<string>(StringComparer.Ordinal);
        foreach (var statement in script)
        {
            if (statement.Words.Any(w => w is "REFERENCES" or "AS" or "PARTITION" or "INHERITS" or "LIKE" or "TEMP" or "TEMPORARY" or "OR" or "CONCURRENTLY")) return false;
            if (statement.StartsWith("CREATE", "TABLE"))
            {
                if (NewTable().Match(statement.Text) is not { Success: true } table) return false;
                made.Add(table.Groups["name"].Value);
            }
            else if (statement.StartsWith("CREATE", "INDEX") || statement.StartsWith("CREATE", "UNIQUE", "INDEX"))
            {
                if (IndexedTable().Match(statement.Text) is not { Success: true } table || !made.Contains(table.Groups["name"].Value)) return false;
            }
            else if (!statement.StartsWith("CREATE", "SCHEMA") && !statement.StartsWith("CREATE", "TYPE") && !statement.StartsWith("CREATE", "SEQUENCE"))
            {
                return false;
            }
        }
        return true;
    }

    [GeneratedRegex("""\bTABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(?<name>[\w$."]+)\s*\(""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NewTable();

    [GeneratedRegex("""\sON\s+(?<name>[\w$."]+)""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex IndexedTable();

    public static bool IsCopyFromClient(SqlStatement s) => s.StartsWith("COPY") && s.Words.Contains("STDIN");
}
