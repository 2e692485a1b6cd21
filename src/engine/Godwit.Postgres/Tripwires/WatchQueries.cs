using System.Collections.Concurrent;
using System.Globalization;
using Godwit.Engine.Checks;
using Godwit.Engine.Expectations;
using Godwit.Engine.Figures;
using Godwit.Engine.Runs;
using Godwit.Model.Findings;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Runbooks;
using Npgsql;

namespace Godwit.Postgres.Tripwires;

/// <summary>
/// Asks the target and the runbook's sources for figures, each question in a read-only transaction on a session that nobody else uses: neither the step at work nor a runner that takes
/// over waits for one. A session that answered is kept for the next question; one that did not is closed.
/// </summary>
/// <param name="target">The target.</param>
/// <param name="reach">Reaches a source by its name; null where the runbook declares none of that name, or one that is no PostgreSQL database.</param>
public sealed class WatchQueries(PostgresTarget target, Func<string, CancellationToken, Task<TargetReading?>> reach) : IFigureQueries, IAsyncDisposable
{
    private const string Target = "";

    /// <summary>Beyond the server's own limit: what then has not answered hangs.</summary>
    private static readonly TimeSpan s_late = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Sessions> _sessions = new(StringComparer.Ordinal);

    public async Task<(string? Answer, string? Fault)> AskAsync(string? source, string query, SessionTerms terms, CancellationToken cancellation)
    {
        var (sessions, fault) = await FindAsync(source ?? Target, cancellation);
        if (sessions is null) return (null, fault);
        try
        {
            return await TargetFaults.GuardAsync(() => QueryAsync(sessions, query, terms, cancellation));
        }
        catch (TargetFaultException e)
        {
            return (null, e.Fault == TargetFault.ConnectionLost ? $"the connection to {(source is null ? "the target" : $"the source {source}")} broke" : CheckRunner.Describe(e));
        }
        catch (Exception e) when (e is InvalidCastException or OverflowException or NotSupportedException)
        {
            // A numeric may be NaN, infinite or of a thousand digits; other types this program does not know at all.
            return (null, "it is no number that can be reckoned with");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var sessions in _sessions.Values) await sessions.DisposeAsync();
    }

    private static async Task<(string?, string?)> QueryAsync(Sessions sessions, string query, SessionTerms terms, CancellationToken cancellation)
    {
        var connection = await sessions.RentAsync(cancellation);
        var keep = false;
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            await using (var settle = new NpgsqlCommand(
                "SELECT set_config('transaction_read_only', 'on', true), set_config('statement_timeout', $1, true), set_config('lock_timeout', $2, true), set_config('search_path', coalesce($3, current_setting('search_path')), true)",
                connection, transaction))
            {
                settle.Parameters.Add(new() { Value = Milliseconds(terms.Statement) });
                settle.Parameters.Add(new() { Value = Milliseconds(terms.Lock) });
                settle.Parameters.Add(new() { Value = (object?)terms.SearchPath ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
                await settle.ExecuteNonQueryAsync(cancellation);
            }
            await using var command = new NpgsqlCommand(query, connection, transaction) { CommandTimeout = (int)Math.Ceiling((terms.Statement + s_late).TotalSeconds) };
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            if (reader.FieldCount != 1) return (null, $"the query is not one number: it has {reader.FieldCount} columns");
            if (!await reader.ReadAsync(cancellation)) return (null, "it has no row");
            var answer = reader.IsDBNull(0) ? null : AnswerText.Of(reader.GetValue(0));
            if (await reader.ReadAsync(cancellation)) return (null, "the query is not one number: it has several rows");
            await reader.CloseAsync();
            await transaction.RollbackAsync(cancellation);
            keep = true;
            return (answer, null);
        }
        finally
        {
            if (keep) sessions.Keep(connection);
            else await connection.DisposeAsync();
        }
    }

    private async Task<(Sessions? Sessions, string? Fault)> FindAsync(string source, CancellationToken cancellation)
    {
        if (_sessions.TryGetValue(source, out var known)) return (known, null);
        var found = target;
        if (source != Target)
        {
            if (await reach(source, cancellation) is not { } reading) return (null, $"there is no PostgreSQL source {source}");
            if (reading.Target is null) return (null, $"the source {source} cannot be reached: {string.Join("; ", reading.Findings.Where(f => f.Severity == Severity.Error).Select(f => f.Message))}");
            found = reading.Target;
        }
        var opened = new Sessions(found.OpenSource(new SessionSettings { RunId = "tripwire", Role = "watch", StatementLimit = TimeSpan.Zero }));
        var kept = _sessions.GetOrAdd(source, opened);
        if (kept != opened) await opened.DisposeAsync();
        return (kept, null);
    }

    private static string Milliseconds(TimeSpan time) => ((long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);

    private sealed class Sessions(PostgresSource source) : IAsyncDisposable
    {
        private readonly ConcurrentBag<NpgsqlConnection> _idle = [];

        public async Task<NpgsqlConnection> RentAsync(CancellationToken cancellation)
        {
            while (_idle.TryTake(out var idle))
            {
                if (idle.State == System.Data.ConnectionState.Open) return idle;
                await idle.DisposeAsync();
            }
            return await source.OpenAsync(cancellation);
        }

        public void Keep(NpgsqlConnection connection) => _idle.Add(connection);

        public async ValueTask DisposeAsync()
        {
            while (_idle.TryTake(out var idle)) await idle.DisposeAsync();
            await source.DisposeAsync();
        }
    }
}
