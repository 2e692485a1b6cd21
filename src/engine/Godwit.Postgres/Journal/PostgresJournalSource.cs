using Godwit.Engine.Journal;
using Godwit.Engine.Journal.Export;
using Npgsql;

namespace Godwit.Postgres.Journal;

/// <summary>A journal in the target, for an export: a session of its own for each question, kept for the next and replaced after a fault.</summary>
/// <param name="open">Opens a session; it must not be one that a takeover of the run's lease ends before the last entries are sent.</param>
public sealed class PostgresJournalSource(Func<CancellationToken, ValueTask<NpgsqlConnection>> open) : IJournalSource, IAsyncDisposable
{
    private NpgsqlConnection? _connection;

    public Task<IReadOnlyList<JournalEntry>> ReadAsync(Guid run, long after, int limit, CancellationToken cancellation) =>
        AskAsync(connection => JournalRows.ReadAsync(connection, run, after, limit, cancellation), cancellation);

    public Task<IReadOnlyList<SignedHead>> ReadHeadsAsync(Guid run, long from, CancellationToken cancellation) =>
        AskAsync(connection => JournalHeadRows.ReadAsync(connection, run, from, cancellation), cancellation);

    public Task<IReadOnlyList<JournalEntry>> ReadForksAsync(Guid run, CancellationToken cancellation) =>
        AskAsync(connection => JournalRows.ReadKindAsync(connection, run, JournalFork.Kind, cancellation), cancellation);

    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection) await connection.DisposeAsync();
        _connection = null;
    }

    private async Task<IReadOnlyList<T>> AskAsync<T>(Func<NpgsqlConnection, IAsyncEnumerable<T>> question, CancellationToken cancellation)
    {
        var connection = _connection ?? await open(cancellation);
        _connection = null;
        var answered = false;
        try
        {
            var answer = new List<T>();
            await foreach (var row in question(connection)) answer.Add(row);
            answered = true;
            return answer;
        }
        finally
        {
            if (answered) _connection = connection;
            else await connection.DisposeAsync();
        }
    }
}
