using Godwit.Engine.Moves;
using Godwit.Model.Findings;
using Godwit.Postgres.Connections;
using Npgsql;

namespace Godwit.Postgres.Runs;

/// <summary>What came of trying to enter a run.</summary>
public abstract record RunEntrance
{
    private RunEntrance()
    {
    }

    /// <summary>The lease is held.</summary>
    public sealed record Entered(PostgresMoveTarget Target) : RunEntrance;

    /// <summary>Another runner holds the schema. Nothing was changed.</summary>
    public sealed record Held(LeaseHolder Holder) : RunEntrance;

    /// <summary>The target is not as it has to be for a new run. Nothing was changed.</summary>
    public sealed record Refused(IReadOnlyList<Finding> Findings) : RunEntrance;

    /// <summary>The run has come to its end since it was looked at. Nothing was changed.</summary>
    public sealed record Over(RunState State) : RunEntrance;
}

/// <summary>Who runs, by which terms.</summary>
/// <param name="Holder">Host and process, for people.</param>
/// <param name="Terms">When its lease expires.</param>
/// <param name="Time">Times its heartbeat.</param>
public sealed record Runner(string Holder, LeaseTerms Terms, TimeProvider Time);

/// <summary>
/// The ways into a run. The lease, and what has to hold under it, are one transaction: a runner that dies on the way leaves nothing, and of two that
/// come at once the second looks again at a target that the first has finished with.
/// </summary>
public static class RunEntry
{
    /// <summary>Begins a run: its lease, its row, its ranges.</summary>
    /// <param name="target">The target.</param>
    /// <param name="run">The new run.</param>
    /// <param name="runner">Who begins it.</param>
    /// <param name="look">Looks, under the lease, whether the target is still as the plan needs it.</param>
    /// <param name="entering">Called before anything can be seen in the target: the last moment to note where the run is.</param>
    /// <param name="cancellation">Stops.</param>
    public static Task<RunEntrance> BeginAsync(
        PostgresTarget target,
        RunDescription run,
        Runner runner,
        Func<NpgsqlConnection, CancellationToken, Task<IReadOnlyList<Finding>>> look,
        Action entering,
        CancellationToken cancellation) =>
        EnterAsync(
            target,
            run,
            runner,
            waiting: null,
            async (connection, transaction) =>
            {
                var findings = await look(connection, cancellation);
                if (findings.Any(f => f.Severity == Severity.Error)) return new RunEntrance.Refused(findings);
                await RunRows.CreateAsync(connection, transaction, run, parent: null, cancellation);
                await RangeRows.CreateAsync(connection, transaction, run.Id, run.Plan, cancellation);
                entering();
                return null;
            },
            cancellation);

    /// <summary>Takes over a run that stopped. A runner that gives no sign of life is waited for until its lease is over; one that does keeps the run.</summary>
    /// <param name="target">The target.</param>
    /// <param name="run">The run as it was found.</param>
    /// <param name="runner">Who goes on with it.</param>
    /// <param name="states">The states in which there is something to do.</param>
    /// <param name="waiting">Told once when the former runner is waited for.</param>
    /// <param name="cancellation">Stops.</param>
    public static Task<RunEntrance> TakeOverAsync(
        PostgresTarget target, RunDescription run, Runner runner, IReadOnlyList<RunState> states, Action<LeaseHolder> waiting, CancellationToken cancellation) =>
        EnterAsync(
            target,
            run,
            runner,
            waiting,
            async (connection, transaction) =>
            {
                var state = await RunRows.LockAsync(connection, transaction, run.Id, cancellation);
                return states.Contains(state) ? null : new RunEntrance.Over(state);
            },
            cancellation);

    private static async Task<RunEntrance> EnterAsync(
        PostgresTarget target,
        RunDescription run,
        Runner runner,
        Action<LeaseHolder>? waiting,
        Func<NpgsqlConnection, NpgsqlTransaction, Task<RunEntrance?>> check,
        CancellationToken cancellation)
    {
        var sessions = new TargetSessions(target, Guid.NewGuid());
        try
        {
            var refusal = await LeaseEntry.TakeAsync<RunEntrance>(
                sessions, run.Plan.Schema, run.Id, runner, waiting, holder => new RunEntrance.Held(holder), check, cancellation);
            if (refusal is null)
                return new RunEntrance.Entered(new PostgresMoveTarget(sessions, new Lease(sessions, run.Plan.Schema, runner.Terms, runner.Time), run));
            await sessions.DisposeAsync();
            return refusal;
        }
        catch
        {
            await sessions.DisposeAsync();
            throw;
        }
    }
}
