using System.Runtime.CompilerServices;
using Godwit.Engine.Runs;
using Godwit.Postgres.Runbooks;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Postgres.Tests.Backfill;

/// <summary>
/// A run's target without a lease, for one step: transactions and progress as a run has them, and ways to break them. Each text that goes to the
/// server is kept, so that a test can look for what must not be in one.
/// </summary>
internal sealed class LocalRun(TestDatabase database) : IRunTarget
{
    /// <summary>Called before each statement of a transaction with its number among all: it may wait, write elsewhere, or close the connection.</summary>
    public Func<NpgsqlConnection, int, Task>? Before { get; set; }

    public List<string> Texts { get; } = [];

    public int Statements { get; private set; }

    public CancellationToken LeaseLost => CancellationToken.None;

    public static async Task<LocalRun> MakeAsync(PostgresServer server)
    {
        var database = await server.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        await database.ExecuteAsync("CREATE TABLE progress (one boolean PRIMARY KEY DEFAULT true CHECK (one), state text, done bigint, total bigint); INSERT INTO progress DEFAULT VALUES");
        return new LocalRun(database);
    }

    public TestDatabase Database => database;

    public async Task<string?> ProgressAsync()
    {
        await using var connection = await database.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT state FROM progress", connection);
        return await command.ExecuteScalarAsync() as string;
    }

    public Task<T> InTransactionAsync<T>(SessionTerms terms, Func<IRunTransaction, CancellationToken, Task<T>> work, CancellationToken cancellation) =>
        TargetFaults.GuardAsync(async () =>
        {
            await using var connection = await database.OpenAsync(cancellationToken: cancellation);
            await SettleAsync(connection, terms);
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            var result = await work(new Session(this, connection, transaction), cancellation);
            await transaction.CommitAsync(cancellation);
            return result;
        });

    public Task<T> OutsideTransactionAsync<T>(SessionTerms terms, Func<IRunSession, CancellationToken, Task<T>> work, CancellationToken cancellation) =>
        TargetFaults.GuardAsync(async () =>
        {
            await using var connection = await database.OpenAsync(cancellationToken: cancellation);
            await SettleAsync(connection, terms);
            return await work(new Session(this, connection, null), cancellation);
        });

    private static async Task SettleAsync(NpgsqlConnection connection, SessionTerms terms)
    {
        await using var command = new NpgsqlCommand(
            "SELECT set_config('statement_timeout', $1, false), set_config('lock_timeout', $2, false), set_config('search_path', $3, false), set_config('application_name', 'godwit test', false)", connection)
        {
            Parameters = { new() { Value = $"{(long)terms.Statement.TotalMilliseconds}" }, new() { Value = $"{(long)terms.Lock.TotalMilliseconds}" }, new() { Value = terms.SearchPath ?? "pg_catalog, pg_temp" } },
        };
        await command.ExecuteNonQueryAsync();
    }

    private sealed class Session(LocalRun run, NpgsqlConnection connection, NpgsqlTransaction? transaction) : IRunTransaction
    {
        public async Task<string?> ReadProgressAsync(CancellationToken cancellation) => (string?)(await QueryAsync("SELECT state FROM public.progress", 1, cancellation))[0][0];

        public Task SaveProgressAsync(string state, long done, long? total, CancellationToken cancellation) =>
            ExecuteAsync("UPDATE public.progress SET state = $1, done = $2, total = $3::text::bigint", cancellation, state, done, total?.ToString(System.Globalization.CultureInfo.InvariantCulture));

        public async Task<long> ExecuteAsync(string sql, CancellationToken cancellation, params IReadOnlyList<object?> values)
        {
            await using var command = await CommandAsync(sql, values);
            return Math.Max(0, await command.ExecuteNonQueryAsync(cancellation));
        }

        public async Task ExecuteAllAsync(IReadOnlyList<string> statements, CancellationToken cancellation)
        {
            foreach (var sql in statements) await ExecuteAsync(sql, cancellation);
        }

        public async Task<IReadOnlyList<IReadOnlyList<object?>>> QueryAsync(string sql, int limit, CancellationToken cancellation, params IReadOnlyList<object?> values)
        {
            var rows = new List<IReadOnlyList<object?>>();
            await foreach (var row in StreamAsync(sql, cancellation, values)) rows.Add(row);
            return rows.Count <= limit ? rows : throw new TargetFaultException(TargetFault.Refused, $"a query answered with more than {limit} rows");
        }

        public async IAsyncEnumerable<IReadOnlyList<object?>> StreamAsync(string sql, [EnumeratorCancellation] CancellationToken cancellation, params IReadOnlyList<object?> values)
        {
            await using var command = await CommandAsync(sql, values);
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                yield return [.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetValue(i))];
            }
        }

        private async Task<NpgsqlCommand> CommandAsync(string sql, IReadOnlyList<object?> values)
        {
            run.Texts.Add(sql);
            if (transaction is not null && run.Before is { } before) await before(connection, ++run.Statements);
            var command = new NpgsqlCommand(sql, connection, transaction) { CommandTimeout = 0 };
            foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
            return command;
        }
    }
}
