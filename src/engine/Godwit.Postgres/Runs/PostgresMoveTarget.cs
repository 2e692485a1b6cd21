using Godwit.Engine.Moves;
using Godwit.Engine.Rows;
using Godwit.Model.Digests;
using Godwit.Model.Moves;
using Godwit.Postgres.Copying;
using Godwit.Postgres.Reading;
using Npgsql;

namespace Godwit.Postgres.Runs;

/// <summary>A run of the target, its lease held by this process. Every transaction that writes locks the lease first.</summary>
public sealed class PostgresMoveTarget : IMoveTarget
{
    private readonly OpenSession _open;
    private readonly Lease _lease;

    private PostgresMoveTarget(OpenSession open, Lease lease, RunDescription run)
    {
        _open = open;
        _lease = lease;
        Run = run;
    }

    public RunDescription Run { get; }

    public CancellationToken LeaseLost => _lease.Lost;

    public required IReadOnlyList<TargetStep> StepsBeforeCopy { get; init; }

    public required IReadOnlyList<TargetStep> StepsAfterCopy { get; init; }

    /// <summary>Begins a run: its row, its ranges and its lease. When another runner holds the schema, nothing is changed and the holder is returned.</summary>
    public static Task<(PostgresMoveTarget? Target, LeaseHolder? Holder)> BeginAsync(
        OpenSession open, RunDescription run, MoveSteps steps, string holder, TimeProvider time, CancellationToken cancellation) =>
        TakeAsync(open, run, steps, holder, time, create: true, cancellation);

    /// <summary>Takes over a run that stopped.</summary>
    public static Task<(PostgresMoveTarget? Target, LeaseHolder? Holder)> ResumeAsync(
        OpenSession open, RunDescription run, MoveSteps steps, string holder, TimeProvider time, CancellationToken cancellation) =>
        TakeAsync(open, run, steps, holder, time, create: false, cancellation);

    private static async Task<(PostgresMoveTarget? Target, LeaseHolder? Holder)> TakeAsync(
        OpenSession open, RunDescription run, MoveSteps steps, string holder, TimeProvider time, bool create, CancellationToken cancellation)
    {
        var epoch = Guid.NewGuid();
        await using var connection = await open(Lease.ApplicationName(epoch, "take"), cancellation);
        await RunSchema.EnsureAsync(connection, cancellation);
        if (create) await CreateAsync(connection, run, cancellation);
        var (lease, current) = await Lease.TryTakeAsync(open, connection, run.Plan.Schema, run.Id, epoch, holder, time, cancellation);
        if (lease is not null) return (new PostgresMoveTarget(open, lease, run) { StepsBeforeCopy = steps.BeforeCopy, StepsAfterCopy = steps.AfterCopy }, null);
        if (create) await DeleteAsync(connection, run.Id, cancellation);
        return (null, current);
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
        await using var connection = await OpenAsync("steps", cancellation);
        await using var command = new NpgsqlCommand("SELECT id FROM godwit.steps WHERE run = $1", connection) { Parameters = { new() { Value = Run.Id } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var steps = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellation)) steps.Add(reader.GetString(0));
        return steps;
    }

    public async Task RunStepAsync(TargetStep step, CancellationToken cancellation)
    {
        await using var connection = await OpenAsync("step", cancellation);
        await WriteAsync(
            connection,
            async transaction =>
            {
                await using var record = new NpgsqlCommand(
                    "INSERT INTO godwit.steps (run, id, phase, title) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING", connection, transaction)
                { Parameters = { new() { Value = Run.Id }, new() { Value = step.Id }, new() { Value = step.Phase }, new() { Value = step.Title } } };
                if (await record.ExecuteNonQueryAsync(cancellation) == 0) return;
                await using var settings = new NpgsqlCommand("SET LOCAL maintenance_work_mem = '512MB'", connection, transaction);
                await settings.ExecuteNonQueryAsync(cancellation);
                await using var command = new NpgsqlCommand(step.Sql, connection, transaction);
                await command.ExecuteNonQueryAsync(cancellation);
            },
            cancellation);
    }

    public async Task<IReadOnlyList<CopiedRange>> RangesAsync(TablePlan table, CancellationToken cancellation)
    {
        await using var connection = await OpenAsync("ranges", cancellation);
        return await RangeRows.ReadAsync(connection, Run.Id, table.TargetName, cancellation);
    }

    public async Task<CopiedRange> CopyRangeAsync(
        TablePlan table, int ordinal, Func<IRowImageSink, RangeDigest> fill, Func<IRowImageSink, long>? fillQuarantine, CancellationToken cancellation)
    {
        await using var connection = await OpenAsync("copy", cancellation);
        return await RangeCopy.RunAsync(connection, _lease, Run, table, ordinal, fill, fillQuarantine, cancellation);
    }

    public async Task<ITargetSnapshot> OpenSnapshotAsync(CancellationToken cancellation) =>
        await TargetSnapshot.OpenAsync(token => OpenAsync("verify", token), Run.Plan.Schema, Run.HashKey, cancellation);

    public Task SetPhaseAsync(string phase, CancellationToken cancellation) => UpdateAsync(RunState.Running, phase, certificate: null, cancellation);

    public async Task FinishAsync(RunState state, string? certificate, CancellationToken cancellation)
    {
        await UpdateAsync(state, "finished", certificate, cancellation);
        await _lease.ReleaseAsync(cancellation);
    }

    private async Task UpdateAsync(RunState state, string phase, string? certificate, CancellationToken cancellation)
    {
        await using var connection = await OpenAsync("run", cancellation);
        await WriteAsync(connection, transaction => RunRows.UpdateAsync(connection, transaction, Run.Id, state, phase, certificate, cancellation), cancellation);
    }

    private async Task WriteAsync(NpgsqlConnection connection, Func<NpgsqlTransaction, Task> write, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await _lease.HoldAsync(connection, transaction, cancellation);
        await write(transaction);
        await transaction.CommitAsync(cancellation);
    }

    private Task<NpgsqlConnection> OpenAsync(string role, CancellationToken cancellation) => _open(Lease.ApplicationName(_lease.Epoch, role), cancellation);

    public ValueTask DisposeAsync() => _lease.DisposeAsync();
}

/// <summary>The schema's changes of a run, in order.</summary>
public sealed record MoveSteps(IReadOnlyList<TargetStep> BeforeCopy, IReadOnlyList<TargetStep> AfterCopy);
