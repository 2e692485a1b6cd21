using Godwit.Engine.Live;
using Godwit.Engine.Moves;
using Godwit.Engine.Rows;
using Godwit.Engine.Runs;
using Godwit.Engine.Steps.Move;
using Godwit.Model.Digests;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Names;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Live;
using Godwit.Postgres.Live.Exchange;
using Godwit.Postgres.Reading;
using Godwit.Postgres.Runs;
using Godwit.Postgres.Sourcing;
using Npgsql;

namespace Godwit.Postgres.Runbooks;

/// <summary>The target of a step, where moves can be part of its run.</summary>
public interface IHoldsMoves : IRunTarget
{
    MovesOfRun Moves { get; }
}

/// <summary>
/// Moves that belong to a step of a runbook's run: rows of their own, and no lease of their own. Each of their sessions carries the epoch of the run's lease and each
/// of their transactions locks that lease, so that whoever takes the run over has ended and fenced the moves with it, at once and before anything else.
/// </summary>
public sealed class MovesOfRun
{
    private readonly Lease _lease;
    private readonly Guid _run;
    private readonly string _step;

    /// <param name="byName">Whether writers of the step's live move are taken to the new side by name.</param>
    internal MovesOfRun(PostgresTarget target, Lease lease, Guid run, string step, bool byName)
    {
        ByName = byName;
        Target = target;
        _lease = lease;
        _run = run;
        _step = step;
    }

    /// <summary>Whether a later step of the run takes the writers of this step's live move to the new side by an exchange of names.</summary>
    public bool ByName { get; }

    /// <summary>The run's own: the server that was chosen when the run was entered.</summary>
    public PostgresTarget Target { get; }

    public Task<bool> HasSchemaAsync(string schema, CancellationToken cancellation) => AskAsync(
        async connection =>
        {
            await using var command = new NpgsqlCommand("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)", connection) { Parameters = { new() { Value = schema } } };
            return await command.ExecuteScalarAsync(cancellation) is true;
        },
        cancellation);

    /// <summary>The move of this step with this id, or null.</summary>
    public Task<StoredRun?> FindAsync(Guid move, CancellationToken cancellation) => AskAsync(
        async connection => await RunRows.FindAsync(connection, move, schema: null, cancellation) is { Parent: { } parent } found && parent.Run == _run ? found : null, cancellation);

    public Task<T> AskAsync<T>(Func<NpgsqlConnection, Task<T>> ask, CancellationToken cancellation) =>
        WithSessionAsync((_, session) => ask(session.Connection), cancellation);

    /// <summary>Puts a move on record, with its ranges.</summary>
    /// <param name="move">The new move.</param>
    /// <param name="look">Looks, under the lease, whether the target is still as the plan needs it.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>What stands against it; empty once it has begun.</returns>
    public Task<IReadOnlyList<Finding>> BeginAsync(
        RunDescription move, Func<NpgsqlConnection, CancellationToken, Task<IReadOnlyList<Finding>>> look, CancellationToken cancellation) => WithSessionAsync<IReadOnlyList<Finding>>(
        async (_, session) =>
        {
            await using var transaction = await session.Connection.BeginTransactionAsync(cancellation);
            await _lease.HoldAsync(session.Connection, transaction, CommitWait.Durable, cancellation);
            // Of this and a move of its own that begins at the same moment, the second waits here, and then looks at what the first has left.
            var claimed = await ClaimAsync(session.Connection, transaction, move, cancellation);
            var findings = await look(session.Connection, cancellation);
            if (findings.Any(f => f.Severity == Severity.Error)) return findings;
            if (!claimed)
                return [Finding.Error(FindingCodes.TargetHeld, $"another mover has just begun to move into schema {move.Plan.Schema}", remedy: "Wait for it to finish, then `godwit resume`.")];
            await RunRows.CreateAsync(session.Connection, transaction, move, (_run, _step), cancellation);
            await RangeRows.CreateAsync(session.Connection, transaction, move.Id, move.Plan, cancellation);
            await transaction.CommitAsync(cancellation);
            return [];
        },
        cancellation);

    /// <summary>A move that is on record, to go on with.</summary>
    public PostgresMoveTarget Open(RunDescription move) => new(new TargetSessions(Target, _lease.Epoch), _lease, move, ownsLease: false);

    /// <summary>Which names the tables of a live move have.</summary>
    /// <param name="move">The move.</param>
    /// <param name="source">Where its old side is.</param>
    /// <param name="schema">The old side's schema.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>Null where the old side is in another database, and its names are its own.</returns>
    /// <exception cref="SourceFaultException">The names are exchanged, and the source is not where they were.</exception>
    public async Task<SideNames?> NamesAsync(RunDescription move, PostgresTarget source, string schema, CancellationToken cancellation)
    {
        await using var sessions = source.OpenSource(new SessionSettings { RunId = "same", Role = "look" });
        await using var there = await sessions.OpenAsync(cancellation);
        await using var marking = await there.BeginTransactionAsync(cancellation);
        var mark = await SourceLocks.MarkAsync(there, cancellation);
        var (same, exchanged) = await AskAsync(
            async connection => (await SourceLocks.SeesAsync(connection, mark, cancellation), await SideNames.ReadAsync(connection, move.Id, cancellation)), cancellation);
        if (same) return new SideNames(move.Id, schema, exchanged);
        if (!exchanged) return null;
        // A copy of the database, say, whose runbook still names the source of the one that it was made of: by their planned names both sides would be taken for each other.
        var finding = Finding.Error(
            FindingCodes.LiveNames, "the tables of the move have exchanged their names in the target's database, and the source's address leads to another database", null, "Let the source's address lead to the target's own database.");
        throw new SourceFaultException(finding.Message, new InvalidOperationException(finding.Message)) { Finding = finding };
    }

    /// <summary>A live move that is on record, to go on with.</summary>
    /// <param name="move">The move.</param>
    /// <param name="tables">Its tables, in the order of the plan.</param>
    /// <param name="names">Which names they have, where both sides are in one database.</param>
    /// <param name="sequences">The old side's sequences as they were planned, by the new side's names; of a side in the same database.</param>
    public (PostgresMoveTarget Run, PostgresLiveSide Side, PostgresAuthority Authority, IExchange? Exchange) OpenLive(
        RunDescription move, IEnumerable<LiveTable> tables, SideNames? names = null, IReadOnlyDictionary<string, (string Schema, string Name)>? sequences = null)
    {
        // From its first moment each session says who it is: fences let it pass, and nothing of what it does is recorded as an application's.
        var sessions = new TargetSessions(Target, _lease.Epoch, extra: new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [PostgresCapture.Setting] = move.Id.ToString("N"),
            // An index that is built by several processes at once leaves an application none.
            ["max_parallel_maintenance_workers"] = "0",
            ["max_parallel_workers_per_gather"] = "0",
        });
        var live = new LiveSessions(sessions.RentAsync, (connection, transaction, cancellation) => _lease.HoldAsync(connection, transaction, CommitWait.Durable, cancellation));
        var (schema, postgres) = (move.Plan.Schema, move.Plan.Postgres);
        var relations = PostgresLiveSide.TablesOf(schema, tables, move.Id);
        var side = new PostgresLiveSide(
            live, schema, relations, move.Id, postgres?.Sequences.Select(s => s.Name).ToList(), names, sequences?.ToDictionary(s => s.Key, s => TargetName.Qualify(s.Value.Schema, s.Value.Name), StringComparer.Ordinal));
        return (new PostgresMoveTarget(sessions, _lease, move, ownsLease: false), side, new PostgresAuthority(live, move.Id), names is null ? null : Exchange(names));

        PostgresExchange Exchange(SideNames known)
        {
            // Sequences of columns go with their tables.
            var alone = (postgres?.Sequences ?? []).Where(s => s.Table is null && sequences!.ContainsKey(s.Name)).Select(s => new NamePair(sequences![s.Name].Schema, sequences[s.Name].Name, schema, s.Name, "SEQUENCE"));
            var pairs = relations.Select(r => new NamePair(known.OldSchema, r.Key.Plan.SourceName, schema, r.Value.Name)).Concat(alone).ToList();
            return new PostgresExchange(live, known, pairs, [.. relations.Values], schema, move.Id, _lease.Epoch);
        }
    }

    /// <summary>This runner, for what it writes to other stores.</summary>
    public LiveRunner Runner => new(
        _lease.Epoch,
        () => AskAsync(
            async connection =>
            {
                await _lease.CheckAsync(connection, CancellationToken.None);
                return true;
            },
            CancellationToken.None));

    /// <summary>The move that a step of this run has begun and that was not taken back, or null.</summary>
    public Task<StoredRun?> FindOfStepAsync(string step, CancellationToken cancellation) => AskAsync(
        async connection =>
        {
            await using var command = new NpgsqlCommand("SELECT id FROM godwit.runs WHERE parent = $1 AND parent_step = $2 AND state <> 'Aborted' ORDER BY started_at DESC LIMIT 1", connection)
            { Parameters = { new() { Value = _run }, new() { Value = step } } };
            return await command.ExecuteScalarAsync(cancellation) is Guid move ? await RunRows.FindAsync(connection, move, schema: null, cancellation) : null;
        },
        cancellation);

    /// <summary>Removes what a move has made, in one transaction that no writer can come between.</summary>
    /// <param name="move">The move.</param>
    /// <param name="moved">What its tables have to hold still, by their names at the target; null does not look.</param>
    /// <param name="openerOf">What a table's rows go through before they are compared with that; null where they are compared as they are.</param>
    /// <param name="dropSchema">Whether the schema goes too, if nothing else stands in it.</param>
    /// <param name="live">The new side of a live move, whose recording and fences go in the same transaction: nobody is let in before the tables are gone. Null of any other move.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>Why it was not removed; empty once it is gone.</returns>
    public Task<IReadOnlyList<Finding>> RemoveAsync(
        RunDescription move, IReadOnlyDictionary<string, RangeDigest>? moved, Func<TablePlan, IRowOpener?> openerOf, bool dropSchema, PostgresLiveSide? live, CancellationToken cancellation) => WithSessionAsync<IReadOnlyList<Finding>>(
        async (sessions, session) =>
        {
            var connection = session.Connection;
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            // Whoever uses the tables is not to wait behind this for long: the runner lets go and tries again.
            await ExecuteAsync("SET LOCAL lock_timeout = '2s'");
            await _lease.HoldAsync(connection, transaction, CommitWait.Durable, cancellation);
            if (await RunRows.LockAsync(connection, transaction, move.Id, cancellation) == RunState.Aborted) return [];
            if (moved is not null)
            {
                var changed = await MovedDigests.FindChangedAsync(connection, sessions, move, moved, openerOf, cancellation);
                if (changed.Count > 0) return changed;
            }
            if (live is not null && await live.FindStrayedAsync(connection, transaction, cancellation) is { } strayed)
                return [Finding.Error(FindingCodes.LiveNames, $"the tables of the move are not removed: {strayed}", null, "Take writers back first: the step `cutover` has to be undone before its move. Where somebody has renamed a table since, give it back the name that it had.")];
            await RunRemoval.RunAsync(connection, transaction, move, cancellation);
            if (live is not null) await live.ForgetAsync(connection, transaction, cancellation);
            if (dropSchema)
            {
                // What others have put into it keeps it there.
                var drop = $"BEGIN DROP SCHEMA IF EXISTS {TargetName.Quote(move.Plan.Schema)}; EXCEPTION WHEN dependent_objects_still_exist THEN NULL; END";
                await ExecuteAsync($"DO {TargetName.Literal(drop)}");
            }
            await RunRows.UpdateAsync(connection, transaction, move.Id, RunState.Aborted, "finished", end: null, cancellation);
            await transaction.CommitAsync(cancellation);
            return [];

            async Task ExecuteAsync(string sql)
            {
                await using var command = new NpgsqlCommand(sql, connection, transaction);
                await command.ExecuteNonQueryAsync(cancellation);
            }
        },
        cancellation);

    /// <summary>Takes and gives back the schema's lease in the transaction at hand: two that begin at once meet at its row. False: another has it.</summary>
    private static async Task<bool> ClaimAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, RunDescription move, CancellationToken cancellation)
    {
        await using var claim = new NpgsqlCommand(
            """
            INSERT INTO godwit.leases (scope, epoch, run, holder, lasts, heartbeat) VALUES ($1, $2, $2, 'a step', '0', clock_timestamp()) ON CONFLICT (scope) DO NOTHING
            """, connection, transaction)
        { Parameters = { new() { Value = move.Plan.Schema }, new() { Value = move.Id } } };
        if (await claim.ExecuteNonQueryAsync(cancellation) == 0) return false;
        await using var release = new NpgsqlCommand("DELETE FROM godwit.leases WHERE epoch = $1", connection, transaction) { Parameters = { new() { Value = move.Id } } };
        await release.ExecuteNonQueryAsync(cancellation);
        return true;
    }

    private Task<T> WithSessionAsync<T>(Func<TargetSessions, TargetSession, Task<T>> work, CancellationToken cancellation) =>
        TargetFaults.GuardAsync(async () =>
        {
            await using var sessions = new TargetSessions(Target, _lease.Epoch);
            await using var session = await sessions.RentAsync(cancellation);
            return await work(sessions, session);
        });
}
