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

/// <summary>A run of the target, its lease held by this process. Every transaction that writes locks the lease first.</summary>
public sealed class PostgresMoveTarget : IMoveTarget
{
    private readonly TargetSessions _sessions;
    private readonly Lease _lease;

    private PostgresMoveTarget(TargetSessions sessions, Lease lease, RunDescription run)
    {
        _sessions = sessions;
        _lease = lease;
        Run = run;
    }

    public RunDescription Run { get; }

    public CancellationToken LeaseLost => _lease.Lost;

    public IReadOnlyList<TargetStep> StepsBeforeCopy => Steps(DdlWriter.BeforeCopy(Run.Plan));

    public IReadOnlyList<TargetStep> StepsAfterCopy => Steps(DdlWriter.AfterCopy(Run.Plan));

    /// <summary>Begins a run: its row, its ranges and its lease. When another runner holds the schema, nothing is changed and the holder is returned.</summary>
    public static Task<(PostgresMoveTarget? Target, LeaseHolder? Holder)> BeginAsync(
        PostgresTarget target, RunDescription run, string holder, TimeProvider time, CancellationToken cancellation) =>
        TakeAsync(target, run, holder, time, create: true, cancellation);

    /// <summary>Takes over a run that stopped.</summary>
    public static Task<(PostgresMoveTarget? Target, LeaseHolder? Holder)> ResumeAsync(
        PostgresTarget target, RunDescription run, string holder, TimeProvider time, CancellationToken cancellation) =>
        TakeAsync(target, run, holder, time, create: false, cancellation);

    private static async Task<(PostgresMoveTarget? Target, LeaseHolder? Holder)> TakeAsync(
        PostgresTarget target, RunDescription run, string holder, TimeProvider time, bool create, CancellationToken cancellation)
    {
        var sessions = new TargetSessions(target, Guid.NewGuid());
        try
        {
            await using (var session = await sessions.RentAsync(cancellation))
            {
                await RunSchema.EnsureAsync(session.Connection, cancellation);
                if (create) await CreateAsync(session.Connection, run, cancellation);
                session.Keep();
            }
            var (lease, current) = await Lease.TryTakeAsync(sessions, run.Plan.Schema, run.Id, holder, time, cancellation);
            if (lease is not null) return (new PostgresMoveTarget(sessions, lease, run), null);
            await using (var session = await sessions.RentAsync(cancellation))
            {
                if (create) await DeleteAsync(session.Connection, run.Id, cancellation);
            }
            await sessions.DisposeAsync();
            return (null, current);
        }
        catch
        {
            await sessions.DisposeAsync();
            throw;
        }
    }

    private static async Task CreateAsync(NpgsqlConnection connection, RunDescription run, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await RunRows.CreateAsync(connection, transaction, run, cancellation);
        await RangeRows.CreateAsync(connection, transaction, run.Id, run.Plan, cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private static async Task DeleteAsync(NpgsqlConnection connection, Guid run, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("DELETE FROM godwit.runs WHERE id = $1", connection) { Parameters = { new() { Value = run } } };
        await command.ExecuteNonQueryAsync(cancellation);
    }

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

    public Task RunStepAsync(TargetStep step, CancellationToken cancellation) => WriteAsync(
        async (connection, transaction) =>
        {
            await using var record = new NpgsqlCommand(
                "INSERT INTO godwit.steps (run, id, phase, title) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING", connection, transaction)
            { Parameters = { new() { Value = Run.Id }, new() { Value = step.Id }, new() { Value = step.Phase }, new() { Value = step.Title } } };
            if (await record.ExecuteNonQueryAsync(cancellation) == 0) return;
            await using var command = new NpgsqlCommand(step.Sql, connection, transaction);
            await command.ExecuteNonQueryAsync(cancellation);
        },
        cancellation);

    public async Task<IReadOnlyList<CopiedRange>> RangesAsync(TablePlan table, CancellationToken cancellation)
    {
        await using var session = await _sessions.RentAsync(cancellation);
        var connection = session.Connection;
        var ranges = await RangeRows.ReadAsync(connection, Run.Id, table.TargetName, cancellation);
        session.Keep();
        return ranges;
    }

    public Task<CopiedRange> CopyRangeAsync(
        TablePlan table, int ordinal, Func<IRowImageSink, RangeDigest> fill, Func<IRowImageSink, long>? fillQuarantine, CancellationToken cancellation) =>
        WithSessionAsync(connection => RangeCopy.RunAsync(connection, _lease, Run, table, ordinal, fill, fillQuarantine, cancellation), cancellation);

    public async Task<ITargetSnapshot> OpenSnapshotAsync(CancellationToken cancellation) =>
        await TargetSnapshot.OpenAsync(_sessions, Run.Plan.Schema, Run.HashKey, expectedCatalog: null, cancellation);

    public Task SetPhaseAsync(string phase, CancellationToken cancellation) => UpdateAsync(RunState.Running, phase, end: null, cancellation);

    public async Task FinishAsync(RunState state, RunEnd? end, CancellationToken cancellation)
    {
        await UpdateAsync(state, "finished", end, cancellation);
        await _lease.ReleaseAsync(cancellation);
    }

    /// <summary>Removes the tables and views that this run has made, and what it noted about them. What others made stays.</summary>
    public Task RemoveAsync(CancellationToken cancellation) =>
        WriteAsync((connection, transaction) => RunRemoval.RunAsync(connection, transaction, Run, cancellation), cancellation);

    private Task UpdateAsync(RunState state, string phase, RunEnd? end, CancellationToken cancellation) =>
        WriteAsync((connection, transaction) => RunRows.UpdateAsync(connection, transaction, Run.Id, state, phase, end, cancellation), cancellation);

    private async Task WriteAsync(Func<NpgsqlConnection, NpgsqlTransaction, Task> write, CancellationToken cancellation) => await WithSessionAsync(
        async connection =>
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            await _lease.HoldAsync(connection, transaction, cancellation);
            await write(connection, transaction);
            await transaction.CommitAsync(cancellation);
            return true;
        },
        cancellation);

    private async Task<T> WithSessionAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellation)
    {
        await using var session = await _sessions.RentAsync(cancellation);
        try
        {
            var result = await work(session.Connection);
            session.Keep();
            return result;
        }
        catch (NpgsqlException fault) when (session.Connection.State != System.Data.ConnectionState.Open)
        {
            // A takeover ends this runner's sessions, so what it sees first is a lost connection; whose the lease is now tells which it was.
            if (await _lease.IsGoneAsync(cancellation)) throw Lease.Gone(fault);
            throw;
        }
    }

    private static IReadOnlyList<TargetStep> Steps(IReadOnlyList<DdlStep> steps) => [.. steps.Select(s => new TargetStep(s.Id, s.Phase, s.Title, s.Sql, s.Table))];

    public async ValueTask DisposeAsync()
    {
        await _lease.DisposeAsync();
        await _sessions.DisposeAsync();
    }
}
