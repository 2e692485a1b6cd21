using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Godwit.Engine.Gates;
using Godwit.Engine.People;
using Godwit.Engine.Rollback;
using Godwit.Engine.Runs;
using Godwit.Engine.Tripwires;
using Godwit.Model.Runbooks;
using Godwit.Security.Signing;

namespace Godwit.Engine.Tests.Tripwires;

/// <summary>
/// What a watch puts on record, without a database: the rows of tripwires and the journal, each transaction all or nothing. Before one commits it may be held up, or made to fail.
/// </summary>
internal sealed class MemoryStore(RunbookPlan plan) : IRunStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, TripwireRow> _rows = new(StringComparer.Ordinal);
    private readonly List<(string Kind, JsonObject Body)> _journal = [];

    /// <summary>Between what a transaction was given and its commit.</summary>
    public Func<bool, Task> BeforeCommit { get; set; } = _ => Task.CompletedTask;

    public RunbookPlan Plan => plan;

    public Guid Run { get; } = Guid.NewGuid();

    public Guid Epoch { get; } = Guid.NewGuid();

    public (RunbookState State, string? Reason) Before => (RunbookState.Running, null);

    public CancellationToken LeaseLost => CancellationToken.None;

    public IReadOnlyList<JsonObject> Entries(string kind)
    {
        lock (_lock) return [.. _journal.Where(e => e.Kind == kind).Select(e => e.Body)];
    }

    public TripwireRow? Row(string id)
    {
        lock (_lock) return _rows.GetValueOrDefault(id);
    }

    public Task<IReadOnlyList<TripwireRow>> ReadTripwiresAsync(CancellationToken cancellation)
    {
        lock (_lock) return Task.FromResult<IReadOnlyList<TripwireRow>>([.. _rows.Values]);
    }

    public async Task<T> RecordAsync<T>(string? step, SessionTerms terms, Func<IRunLedger, CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        var ledger = new Ledger();
        var result = await work(ledger, cancellation);
        await BeforeCommit(ledger.Journal.Count > 0);
        lock (_lock)
        {
            foreach (var row in ledger.Rows) _rows[row.Id] = row;
            // As the statement does: a new row knows no more than its state, and one that is there keeps the rest.
            foreach (var row in ledger.States) _rows[row.Id] = (_rows.GetValueOrDefault(row.Id) ?? new TripwireRow(row.Id)) with { State = row.State };
            _journal.AddRange(ledger.Journal);
        }
        return result;
    }

    public Task<T> InTransactionAsync<T>(SessionTerms terms, Func<IRunTransaction, CancellationToken, Task<T>> work, CancellationToken cancellation) => work(new Ledger(), cancellation);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public Task<RunbookRun> ReadAsync(CancellationToken cancellation) => throw new NotSupportedException();

    public Task<RunRequest> ReadRequestAsync(CancellationToken cancellation) => throw new NotSupportedException();

    public Task<bool> IsTakenOverAsync() => throw new NotSupportedException();

    public IRunTarget For(string step) => throw new NotSupportedException();

    public Task<TargetCatalog> ReadCatalogAsync(CancellationToken cancellation) => throw new NotSupportedException();

    public Task<TargetCatalog?> FindCatalogAsync(string hash, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<TargetTraces> ReadTracesAsync(CancellationToken cancellation) => throw new NotSupportedException();

    public Task<JsonObject?> ReadNoteAsync(string kind, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<PeopleRecords> ReadPeopleAsync(KnownSigners known, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<string> DigestAsync(string text, CancellationToken cancellation) => throw new NotSupportedException();

    public Task LeaveAsync(RunbookState state, string? reason, string journalKind, CancellationToken cancellation, bool failed = false) => throw new NotSupportedException();

    public Task<T> OutsideTransactionAsync<T>(SessionTerms terms, Func<IRunSession, CancellationToken, Task<T>> work, CancellationToken cancellation) => throw new NotSupportedException();

    private sealed class Ledger : IRunLedger
    {
        public List<TripwireRow> Rows { get; } = [];

        public List<TripwireRow> States { get; } = [];

        public List<(string Kind, JsonObject Body)> Journal { get; } = [];

        public Task SaveTripwireStatesAsync(IReadOnlyList<TripwireRow> rows, CancellationToken cancellation)
        {
            States.AddRange(rows);
            return Task.CompletedTask;
        }

        public Task SaveTripwiresAsync(IReadOnlyList<TripwireRow> rows, CancellationToken cancellation)
        {
            Rows.AddRange(rows);
            return Task.CompletedTask;
        }

        public Task JournalAsync(string kind, JsonObject body, CancellationToken cancellation)
        {
            Journal.Add((kind, body));
            return Task.CompletedTask;
        }

        /// <summary>The target's clock is the only question.</summary>
        public Task<IReadOnlyList<IReadOnlyList<object?>>> QueryAsync(string sql, int limit, CancellationToken cancellation, params IReadOnlyList<object?> values) =>
            Task.FromResult<IReadOnlyList<IReadOnlyList<object?>>>([[DateTimeOffset.UnixEpoch]]);

        public Task<string?> ReadProgressAsync(CancellationToken cancellation) => throw new NotSupportedException();

        public Task SaveProgressAsync(string state, long done, long? total, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<long> ExecuteAsync(string sql, CancellationToken cancellation, params IReadOnlyList<object?> values) => throw new NotSupportedException();

        public Task ExecuteAllAsync(IReadOnlyList<string> statements, CancellationToken cancellation) => throw new NotSupportedException();

        public async IAsyncEnumerable<IReadOnlyList<object?>> StreamAsync(string sql, [EnumeratorCancellation] CancellationToken cancellation, params IReadOnlyList<object?> values)
        {
            await Task.CompletedTask;
            yield break;
        }

        public void GatherStatements() => throw new NotSupportedException();

        public Task SetStepAsync(string step, StepState state, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<StepState> ReadStepAsync(string step, CancellationToken cancellation) => throw new NotSupportedException();

        public Task BeginEffectAsync(StepEffect effect, TimeSpan limit, CancellationToken cancellation) => throw new NotSupportedException();

        public Task EndEffectAsync(CancellationToken cancellation) => throw new NotSupportedException();

        public Task BeginPhaseAsync(Phase phase, TargetCatalog catalog, CancellationToken cancellation) => throw new NotSupportedException();

        public Task ExtendPhaseAsync(Phase phase, CancellationToken cancellation) => throw new NotSupportedException();

        public Task EndPhaseAsync(Phase phase, TargetCatalog catalog, CancellationToken cancellation) => throw new NotSupportedException();

        public Task BeginUndoAsync(Phase phase, TargetCatalog catalog, CancellationToken cancellation) => throw new NotSupportedException();

        public Task ForgetPhaseAsync(Phase phase, CancellationToken cancellation) => throw new NotSupportedException();

        public Task EndRecheckAsync(CancellationToken cancellation) => throw new NotSupportedException();

        public Task SetDirectionAsync(bool rollingBack, Phase? to, CancellationToken cancellation) => throw new NotSupportedException();

        public Task AddGateAsync(Phase phase, string gate, GateVerdict verdict, CancellationToken cancellation) => throw new NotSupportedException();
    }
}
