using Godwit.Engine.Moves;
using Godwit.Engine.Rows;
using Godwit.Model.Digests;
using Godwit.Model.Moves;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Copying;
using Godwit.Postgres.Reading;
using Godwit.Postgres.Schema;
using Npgsql;

namespace Godwit.Postgres.Runs;

/// <summary>A run of the target, its lease held by this process: <see cref="RunEntry"/> makes it. Every transaction that writes locks the lease first.</summary>
public sealed class PostgresMoveTarget : IMoveTarget
{
    /// <summary>How long to ask who holds the lease once something has gone wrong.</summary>
    private static readonly TimeSpan InquiryLimit = TimeSpan.FromSeconds(5);

    private readonly TargetSessions _sessions;
    private readonly Lease _lease;
    private readonly bool _ownsLease;

    /// <param name="sessions">The runner's, which end with this.</param>
    /// <param name="lease">What every write is under.</param>
    /// <param name="run">The move.</param>
    /// <param name="ownsLease">Whether the lease is the move's, and ends with it; else it is that of the run that the move is part of.</param>
    internal PostgresMoveTarget(TargetSessions sessions, Lease lease, RunDescription run, bool ownsLease = true)
    {
        _ownsLease = ownsLease;
        _sessions = sessions;
        _lease = lease;
        Run = run;
    }

    public RunDescription Run { get; }

    public CancellationToken LeaseLost => _lease.Lost;

    public async Task<bool> IsTakenOverAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(InquiryLimit);
            return await _lease.IsTakenAsync(limit.Token).WaitAsync(limit.Token);
        }
        catch (Exception fault) when (fault is NpgsqlException or OperationCanceledException or IOException or TimeoutException or InvalidOperationException)
        {
            // The target does not answer: the fault that led here says more than this one.
            return false;
        }
    }

    public IReadOnlyList<TargetStep> StepsBeforeCopy => DdlWriter.BeforeCopy(Run.Plan);

    public IReadOnlyList<TargetStep> StepsAfterCopy => DdlWriter.AfterCopy(Run.Plan);

    public async Task<IReadOnlySet<string>> FinishedStepsAsync(CancellationToken cancellation)
    {
        await using var session = await _sessions.RentAsync(cancellation);
        var connection = session.Connection;
        await using var command = new NpgsqlCommand("SELECT id FROM godwit.steps WHERE run = $1", connection) { Parameters = { new() { Value = Run.Id } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var steps = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellation)) steps.Add(reader.GetString(0));
        await reader.CloseAsync();
        session.Keep();
        return steps;
    }

    public async Task RunStepAsync(TargetStep step, CancellationToken cancellation)
    {
        await using var session = await _sessions.RentAsync(cancellation);
        var connection = session.Connection;
        await WriteAsync(
            connection,
            async transaction =>
            {
                await using var record = new NpgsqlCommand(
                    "INSERT INTO godwit.steps (run, id, phase, title) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING", connection, transaction)
                { Parameters = { new() { Value = Run.Id }, new() { Value = step.Id }, new() { Value = step.Phase }, new() { Value = step.Title } } };
                if (await record.ExecuteNonQueryAsync(cancellation) == 0) return;
                await using var command = new NpgsqlCommand(step.Sql, connection, transaction);
                await command.ExecuteNonQueryAsync(cancellation);
            },
            CommitWait.None,
            cancellation);
        session.Keep();
    }

    public async Task<ILookup<string, CopiedRange>> RangesAsync(CancellationToken cancellation)
    {
        await using var session = await _sessions.RentAsync(cancellation);
        var connection = session.Connection;
        var ranges = await RangeRows.ReadAsync(connection, Run.Id, cancellation);
        session.Keep();
        return ranges;
    }

    public async Task<CopiedRange> CopyRangeAsync(
        TablePlan table, int ordinal, Func<IRowImageSink, RangeDigest> fill, Func<IRowImageSink, long>? fillQuarantine, string? keys, CancellationToken cancellation)
    {
        await using var session = await _sessions.RentAsync(cancellation);
        var connection = session.Connection;
        var copied = await RangeCopy.RunAsync(connection, _lease, Run, table, ordinal, fill, fillQuarantine, keys, cancellation);
        session.Keep();
        return copied;
    }

    public async Task<ITargetSnapshot> OpenSnapshotAsync(CancellationToken cancellation) =>
        await TargetSnapshot.OpenAsync(_sessions, Run.Plan.Schema, Run.HashKey, expectedCatalog: null, cancellation);

    public Task SetPhaseAsync(string phase, CancellationToken cancellation) => UpdateAsync(RunState.Running, phase, end: null, cancellation);

    public Task FinishAsync(RunState state, Func<RunEnd?> end, CancellationToken cancellation) =>
        EndAsync((connection, transaction) => RunRows.UpdateAsync(connection, transaction, Run.Id, state, "finished", end(), cancellation), cancellation);

    /// <summary>Removes the tables and views that this run has made, and what it noted about them, and ends it. What others made stays.</summary>
    public Task AbortAsync(CancellationToken cancellation) => EndAsync(
        async (connection, transaction) =>
        {
            await RunRemoval.RunAsync(connection, transaction, Run, cancellation);
            await RunRows.UpdateAsync(connection, transaction, Run.Id, RunState.Aborted, "finished", end: null, cancellation);
        },
        cancellation);

    private async Task EndAsync(Func<NpgsqlConnection, NpgsqlTransaction, Task> write, CancellationToken cancellation)
    {
        // The heartbeat would find the lease gone and take it for lost.
        if (_ownsLease) await _lease.StopAsync();
        await using var session = await _sessions.RentAsync(cancellation);
        var connection = session.Connection;
        await WriteAsync(
            connection,
            async transaction =>
            {
                // With it off, a crash of the server could take back rows that a certificate vouches for: this commit waits for all before it.
                await using var durable = new NpgsqlCommand(
                    "SELECT set_config('synchronous_commit', 'local', true) WHERE current_setting('synchronous_commit') = 'off'", connection, transaction);
                await durable.ExecuteNonQueryAsync(cancellation);
                await write(connection, transaction);
                if (_ownsLease) await _lease.ReleaseAsync(connection, transaction, cancellation);
            },
            CommitWait.Durable,
            cancellation);
        session.Keep();
    }

    private async Task UpdateAsync(RunState state, string phase, RunEnd? end, CancellationToken cancellation)
    {
        await using var session = await _sessions.RentAsync(cancellation);
        var connection = session.Connection;
        await WriteAsync(connection, transaction => RunRows.UpdateAsync(connection, transaction, Run.Id, state, phase, end, cancellation), CommitWait.None, cancellation);
        session.Keep();
    }

    private async Task WriteAsync(NpgsqlConnection connection, Func<NpgsqlTransaction, Task> write, CommitWait wait, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await _lease.HoldAsync(connection, transaction, wait, cancellation);
        await write(transaction);
        await transaction.CommitAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (_ownsLease) await _lease.DisposeAsync();
        await _sessions.DisposeAsync();
    }
}
