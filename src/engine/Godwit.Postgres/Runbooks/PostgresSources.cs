using System.Globalization;
using Godwit.Engine.Checks;
using Godwit.Engine.Expectations;
using Godwit.Engine.Runs;
using Godwit.Model.Findings;
using Godwit.Postgres.Connections;

namespace Godwit.Postgres.Runbooks;

/// <summary>Asks a runbook's PostgreSQL sources, each question in a session and a read-only transaction of its own.</summary>
/// <param name="reach">Reaches a source by its name; null where the runbook declares none of that name, or one that is no PostgreSQL database.</param>
public sealed class PostgresSources(Func<string, CancellationToken, Task<TargetReading?>> reach) : ICheckSources
{
    public async Task<(string? Answer, string? Fault)> AskAsync(string source, string query, SessionTerms terms, CancellationToken cancellation)
    {
        if (await reach(source, cancellation) is not { } reading) return (null, $"there is no PostgreSQL source {source}");
        if (reading.Target is null) return (null, $"the source {source} cannot be reached: {string.Join("; ", reading.Findings.Where(f => f.Severity == Severity.Error).Select(f => f.Message))}");
        try
        {
            return (await TargetFaults.GuardAsync(() => QueryAsync(reading.Target, query, terms, cancellation)), null);
        }
        catch (TargetFaultException fault)
        {
            return (null, fault.Fault == TargetFault.ConnectionLost ? $"the connection to the source {source} broke" : CheckRunner.Describe(fault));
        }
    }

    private static async Task<string?> QueryAsync(PostgresTarget source, string query, SessionTerms terms, CancellationToken cancellation)
    {
        await using var sessions = source.OpenSource(new SessionSettings { RunId = "check", Role = "ask", StatementLimit = TimeSpan.Zero });
        await using var connection = await sessions.OpenAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var session = new RunSession(connection, transaction);
        await session.ExecuteAsync("SET TRANSACTION READ ONLY", cancellation);
        await session.QueryAsync(
            "SELECT set_config('statement_timeout', $1, true), set_config('lock_timeout', $2, true), set_config('search_path', coalesce($3::text, current_setting('search_path')), true)", 1, cancellation,
            Milliseconds(terms.Statement), Milliseconds(terms.Lock), terms.SearchPath);
        await foreach (var row in session.StreamAsync(query, cancellation)) return row.Count == 0 ? null : AnswerText.Of(row[0]);
        return null;
    }

    private static string Milliseconds(TimeSpan time) => ((long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
}
