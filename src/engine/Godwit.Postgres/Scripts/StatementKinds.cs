namespace Godwit.Postgres.Scripts;

/// <summary>What kind of statement it is, as far as a runner has to know.</summary>
internal static class StatementKinds
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

    public static bool IsCopyFromClient(SqlStatement s) => s.StartsWith("COPY") && s.Words.Contains("STDIN");
}
