using Godwit.Engine.Runs;
using Godwit.Postgres.Scripts;

namespace Godwit.Postgres.Steps.Sql;

/// <summary>
/// Indexes built CONCURRENTLY: a build that was broken off leaves an index that is not valid, and IF NOT EXISTS takes that for done
/// (https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY).
/// </summary>
internal static class ConcurrentIndex
{
    /// <summary>The index's name as it was written, quoted or not; null for other statements, and for an index whose name the server chooses.</summary>
    public static string? NameOf(SqlStatement statement)
    {
        if (!statement.StartsWith("CREATE") || !statement.Words.Contains("INDEX") || !StatementKinds.IsConcurrent(statement)) return null;
        var match = System.Text.RegularExpressions.Regex.Match(
            statement.Text, """\bCONCURRENTLY\s+(?:IF\s+NOT\s+EXISTS\s+)?(?<name>"(?:[^"]|"")+"|[\w$]+)\s+ON\s""", System.Text.RegularExpressions.RegexOptions.IgnoreCase | System.Text.RegularExpressions.RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        return match.Success ? match.Groups["name"].Value : null;
    }

    /// <summary>The name of the index that a statement drops CONCURRENTLY, which takes one only; null for other statements.</summary>
    public static string? DroppedBy(SqlStatement statement)
    {
        if (!statement.StartsWith("DROP") || !statement.Words.Contains("INDEX") || !StatementKinds.IsConcurrent(statement)) return null;
        var match = System.Text.RegularExpressions.Regex.Match(
            statement.Text, """\bCONCURRENTLY\s+(?:IF\s+EXISTS\s+)?(?<name>(?:(?:"(?:[^"]|"")+"|[\w$]+)\s*\.\s*)?(?:"(?:[^"]|"")+"|[\w$]+))\s*(?:RESTRICT|;|$)""", System.Text.RegularExpressions.RegexOptions.IgnoreCase | System.Text.RegularExpressions.RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        return match.Success ? match.Groups["name"].Value : null;
    }

    /// <summary>One that is there, valid or not, has not been dropped: a drop that was broken off leaves it, and can be carried out again.</summary>
    public static async Task<bool> IsGoneAsync(IRunTarget target, SessionTerms terms, string name, CancellationToken cancellation) =>
        await FindAsync(target, terms, name, cancellation) is null;

    /// <summary>True: it is there and valid. False: it is not, and the remains of a broken build are gone.</summary>
    public static async Task<bool?> IsBuiltAsync(IRunTarget target, SessionTerms terms, string name, CancellationToken cancellation)
    {
        if (await FindAsync(target, terms, name, cancellation) is not { } found) return false;
        if (found.Valid) return true;
        await DropAsync(target, terms, found.Name, cancellation);
        return false;
    }

    public static async Task DropInvalidAsync(IRunTarget target, SessionTerms terms, string name, CancellationToken cancellation)
    {
        if (await FindAsync(target, terms, name, cancellation) is { Valid: false } found) await DropAsync(target, terms, found.Name, cancellation);
    }

    private static Task<(string Name, bool Valid)?> FindAsync(IRunTarget target, SessionTerms terms, string name, CancellationToken cancellation) =>
        target.InTransactionAsync<(string, bool)?>(
            terms,
            async (transaction, token) =>
            {
                var rows = await transaction.QueryAsync(
                    "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname), i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE i.indexrelid = to_regclass($1)",
                    1, token, name);
                return rows.Count == 0 ? null : ((string)rows[0][0]!, (bool)rows[0][1]!);
            },
            cancellation);

    private static Task<long> DropAsync(IRunTarget target, SessionTerms terms, string name, CancellationToken cancellation) =>
        target.OutsideTransactionAsync(terms, (session, token) => session.ExecuteAsync($"DROP INDEX CONCURRENTLY IF EXISTS {name}", token), cancellation);
}
