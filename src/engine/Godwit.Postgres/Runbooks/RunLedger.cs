using System.Text.Json.Nodes;
using Godwit.Engine.Gates;
using Godwit.Engine.Journal;
using Godwit.Engine.Runs;
using Godwit.Engine.Tripwires;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Tripwires;
using Npgsql;
using NpgsqlTypes;

namespace Godwit.Postgres.Runbooks;

/// <summary>What the runner notes, in one transaction in which its lease is locked.</summary>
internal sealed class RunLedger(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid run, string? step) : RunSession(connection, transaction), IRunLedger
{
    private readonly Dictionary<string, StepState> _states = new(StringComparer.Ordinal);
    private List<string>? _gathered;
    private bool _isEffect;

    public async Task<string?> ReadProgressAsync(CancellationToken cancellation)
    {
        var rows = await QueryAsync("SELECT progress FROM godwit.steps WHERE run = $1 AND id = $2", 1, cancellation, run, Step);
        return rows.Count == 0 ? null : (string?)rows[0][0];
    }

    public Task SaveProgressAsync(string state, long done, long? total, CancellationToken cancellation) =>
        NoteAsync(
            "UPDATE godwit.steps SET progress = $3, done = $4, total = $5 WHERE run = $1 AND id = $2", cancellation,
            new() { Value = run }, new() { Value = Step }, new() { Value = state }, new() { Value = done },
            new() { Value = (object?)total ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint });

    /// <summary>Kept until the transaction is about to commit, and written in one statement with the others.</summary>
    public Task SetStepAsync(string id, StepState state, CancellationToken cancellation)
    {
        _states.Add(id, state);
        return Task.CompletedTask;
    }

    public async Task<StepState> ReadStepAsync(string id, CancellationToken cancellation) =>
        Enum.Parse<StepState>((string)(await QueryAsync("SELECT state FROM godwit.steps WHERE run = $1 AND id = $2", 1, cancellation, run, id))[0][0]!);

    public void GatherStatements() => _gathered ??= [];

    public override Task ExecuteAllAsync(IReadOnlyList<string> statements, CancellationToken cancellation)
    {
        if (_gathered is null) return base.ExecuteAllAsync(statements, cancellation);
        _gathered.AddRange(statements);
        return Task.CompletedTask;
    }

    /// <summary>Writes what was kept for the end. The journal's lock is the last that a transaction takes.</summary>
    internal async Task FlushAsync(CancellationToken cancellation)
    {
        if (_gathered is { Count: > 0 }) await base.ExecuteAllAsync(_gathered, cancellation);
        await using var batch = new NpgsqlBatch(Connection, Transaction);
        if (_states.Count > 0)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(
                """
                UPDATE godwit.steps SET state = s.state,
                    began_at = CASE WHEN s.state IN ('Applying', 'Undoing') OR began_at IS NULL THEN clock_timestamp() ELSE began_at END,
                    attempts = attempts + CASE WHEN s.state IN ('Applying', 'Undoing') OR began_at IS NULL THEN 1 ELSE 0 END,
                    times_undone = times_undone + CASE WHEN s.state = 'Undone' AND steps.state <> 'Undone' THEN 1 ELSE 0 END,
                    finished_at = CASE WHEN s.state IN ('Verified', 'Undone') THEN clock_timestamp() END,
                    progress = CASE WHEN s.state = 'Undone' THEN NULL ELSE progress END
                FROM unnest($2::text[], $3::text[]) AS s (id, state)
                WHERE steps.run = $1 AND steps.id = s.id
                """)
            {
                Parameters = { new() { Value = run }, new() { Value = _states.Keys.ToArray() }, new() { Value = _states.Values.Select(v => v.ToString()).ToArray() } },
            });
        }
        // With it off, a crash of the server could take back what was acknowledged. Last, since a step's own statements may have set it.
        if (MustLast) batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT set_config('synchronous_commit', 'local', true) WHERE current_setting('synchronous_commit') = 'off'"));
        if (batch.BatchCommands.Count > 0) await TargetFaults.GuardAsync(() => batch.ExecuteNonQueryAsync(cancellation));
    }

    public Task BeginEffectAsync(StepEffect effect, TimeSpan limit, CancellationToken cancellation)
    {
        _isEffect = true;
        return NoteAsync(
            "UPDATE godwit.steps SET effect = $3, effect_until = clock_timestamp() + $4, effect_epoch = $5, effect_by = $6 WHERE run = $1 AND id = $2", cancellation,
            new() { Value = run }, new() { Value = Step }, new() { Value = effect.What }, new() { Value = limit }, new() { Value = effect.Epoch },
            new() { Value = (object?)effect.By ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
    }

    public Task EndEffectAsync(CancellationToken cancellation) => NoteAsync(
        "UPDATE godwit.steps SET effect = NULL, effect_until = NULL, effect_epoch = NULL, effect_by = NULL WHERE run = $1 AND id = $2", cancellation, new() { Value = run }, new() { Value = Step });

    public async Task BeginPhaseAsync(Phase phase, TargetCatalog catalog, CancellationToken cancellation)
    {
        await KeepAsync(catalog, cancellation);
        await NoteAsync(
            "INSERT INTO godwit.phases (run, phase, catalog) VALUES ($1, $2, $3)", cancellation,
            new() { Value = run }, new() { Value = phase.ToString() }, new() { Value = catalog.Hash });
    }

    public Task ExtendPhaseAsync(Phase phase, CancellationToken cancellation) =>
        NoteAsync("UPDATE godwit.phases SET extended_at = clock_timestamp() WHERE run = $1 AND phase = $2", cancellation, new() { Value = run }, new() { Value = phase.ToString() });

    public async Task EndPhaseAsync(Phase phase, TargetCatalog catalog, CancellationToken cancellation)
    {
        await KeepAsync(catalog, cancellation);
        await SignedAsync(
            "UPDATE godwit.phases SET ended_at = clock_timestamp(), ended_catalog = $3 WHERE run = $1 AND phase = $2", cancellation,
            new() { Value = run }, new() { Value = phase.ToString() }, new() { Value = catalog.Hash });
    }

    public async Task BeginUndoAsync(Phase phase, TargetCatalog catalog, CancellationToken cancellation)
    {
        await KeepAsync(catalog, cancellation);
        await NoteAsync(
            "UPDATE godwit.phases SET undo_catalog = $3 WHERE run = $1 AND phase = $2", cancellation, new() { Value = run }, new() { Value = phase.ToString() }, new() { Value = catalog.Hash });
    }

    private Task KeepAsync(TargetCatalog catalog, CancellationToken cancellation) =>
        NoteAsync(
            "INSERT INTO godwit.catalogs (hash, lines) VALUES ($1, $2) ON CONFLICT DO NOTHING", cancellation,
            new() { Value = catalog.Hash }, new() { Value = catalog.Lines.ToArray() });

    public Task ForgetPhaseAsync(Phase phase, CancellationToken cancellation) =>
        NoteAsync("DELETE FROM godwit.phases WHERE run = $1 AND phase = $2", cancellation, new() { Value = run }, new() { Value = phase.ToString() });

    public Task SetDirectionAsync(bool rollingBack, Phase? to, CancellationToken cancellation) =>
        NoteAsync(
            "UPDATE godwit.runs SET rolling_back = $2, rolling_back_to = $3 WHERE id = $1", cancellation,
            new() { Value = run }, new() { Value = rollingBack }, new() { Value = (object?)to?.ToString() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });

    public Task AddGateAsync(Phase phase, string gate, GateVerdict verdict, CancellationToken cancellation) =>
        NoteAsync(
            "INSERT INTO godwit.gates (run, phase, gate, state, summary, evidence) VALUES ($1, $2, $3, $4, $5, $6)", cancellation,
            new() { Value = run }, new() { Value = phase.ToString() }, new() { Value = gate }, new() { Value = verdict.State.ToString() }, new() { Value = verdict.Summary },
            new() { Value = GateNote.EvidenceOf(verdict), NpgsqlDbType = NpgsqlDbType.Jsonb });

    public Task SaveTripwireStatesAsync(IReadOnlyList<TripwireRow> rows, CancellationToken cancellation) => SaveTripwiresAsync(rows, stateOnly: true, cancellation);

    public Task SaveTripwiresAsync(IReadOnlyList<TripwireRow> rows, CancellationToken cancellation) => SaveTripwiresAsync(rows, stateOnly: false, cancellation);

    private Task<bool> SaveTripwiresAsync(IReadOnlyList<TripwireRow> rows, bool stateOnly, CancellationToken cancellation) =>
        TargetFaults.GuardAsync(async () =>
        {
            await TripwireRows.SaveAsync(Connection, Transaction, run, rows, stateOnly, cancellation);
            return true;
        });

    /// <summary>Kept until the transaction is about to commit: the journal's lock is the last that a transaction takes.</summary>
    public Task JournalAsync(string kind, JsonObject body, CancellationToken cancellation)
    {
        Notes.Add(JournalNote.Of(kind, body));
        return Task.CompletedTask;
    }

    internal List<JournalNote> Notes { get; } = [];

    /// <summary>The steps whose state this transaction changes.</summary>
    internal IReadOnlyList<KeyValuePair<string, string>> NewSteps => [.. _states.Select(s => KeyValuePair.Create(s.Key, s.Value.ToString()))];

    /// <summary>The run's state, where this transaction changes it.</summary>
    internal RunbookState? NewState { get; private set; }

    /// <summary>Whether somebody outside the target acts on this transaction once it has committed: it may not be taken back by a crash then.</summary>
    internal bool MustLast => _isEffect || Notes.Count > 0;

    /// <summary>Whether something ends that somebody may want to point at later: a phase, a run. A signature a step would cost more than the step.</summary>
    internal bool SignsJournal { get; private set; }

    public Task EndRecheckAsync(CancellationToken cancellation) => NoteAsync("UPDATE godwit.runs SET recheck = false WHERE id = $1", cancellation, new NpgsqlParameter { Value = run });

    internal Task SetRunAsync(RunbookState state, string? reason, CancellationToken cancellation)
    {
        NewState = state;
        return SignedAsync(
            """
            UPDATE godwit.runs SET state = $2, phase = $2, reason = $3, asked = NULL,
                finished_at = CASE WHEN $2 IN ('Finished', 'RolledBack', 'Aborted') THEN CASE WHEN state = $2 THEN coalesce(finished_at, clock_timestamp()) ELSE clock_timestamp() END END
            WHERE id = $1
            """, cancellation, new() { Value = run }, new() { Value = state.ToString() }, new() { Value = (object?)reason ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
    }

    private Task SignedAsync(string sql, CancellationToken cancellation, params IReadOnlyList<NpgsqlParameter> parameters)
    {
        SignsJournal = true;
        return NoteAsync(sql, cancellation, parameters);
    }

    private string Step => step ?? throw new InvalidOperationException("no step is at hand in this transaction");

    private async Task NoteAsync(string sql, CancellationToken cancellation, params IReadOnlyList<NpgsqlParameter> parameters)
    {
        await using var command = Command(sql);
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        await TargetFaults.GuardAsync(() => command.ExecuteNonQueryAsync(cancellation));
    }
}
