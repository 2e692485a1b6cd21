using System.Runtime.CompilerServices;
using Godwit.Engine.Runs;

namespace Godwit.Engine.Tests.Backfill;

/// <summary>A run's target without a database: a transaction that fails takes back what it did to the table and to the progress.</summary>
internal sealed class MemoryRun(MemoryTable table) : IRunTarget
{
    public string? Progress { get; private set; }

    public long Done { get; private set; }

    public int Transactions { get; private set; }

    public CancellationToken LeaseLost => CancellationToken.None;

    public async Task<T> InTransactionAsync<T>(SessionTerms terms, Func<IRunTransaction, CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        Transactions++;
        var (progress, done, written) = (Progress, Done, table.Written.ToList());
        try
        {
            return await work(new Transaction(this), cancellation);
        }
        catch
        {
            (Progress, Done) = (progress, done);
            table.Written.Clear();
            table.Written.AddRange(written);
            throw;
        }
    }

    public Task<T> OutsideTransactionAsync<T>(SessionTerms terms, Func<IRunSession, CancellationToken, Task<T>> work, CancellationToken cancellation) =>
        work(new Transaction(this), cancellation);

    private sealed class Transaction(MemoryRun run) : IRunTransaction
    {
        public Task<string?> ReadProgressAsync(CancellationToken cancellation) => Task.FromResult(run.Progress);

        public Task SaveProgressAsync(string state, long done, long? total, CancellationToken cancellation)
        {
            (run.Progress, run.Done) = (state, done);
            return Task.CompletedTask;
        }

        public Task<long> ExecuteAsync(string sql, CancellationToken cancellation, params IReadOnlyList<object?> values) => Task.FromResult(0L);

        public Task ExecuteAllAsync(IReadOnlyList<string> statements, CancellationToken cancellation) => Task.CompletedTask;

        public Task<IReadOnlyList<IReadOnlyList<object?>>> QueryAsync(string sql, int limit, CancellationToken cancellation, params IReadOnlyList<object?> values) =>
            Task.FromResult<IReadOnlyList<IReadOnlyList<object?>>>([]);

        public async IAsyncEnumerable<IReadOnlyList<object?>> StreamAsync(string sql, [EnumeratorCancellation] CancellationToken cancellation, params IReadOnlyList<object?> values)
        {
            await Task.CompletedTask;
            yield break;
        }
    }
}
