using System.Text.Json.Nodes;
using Godwit.Engine.Gates;
using Godwit.Engine.People;
using Godwit.Engine.Rollback;
using Godwit.Engine.Tripwires;
using Godwit.Model.Runbooks;
using Godwit.Security.Signing;

namespace Godwit.Engine.Runs;

/// <summary>A run of a runbook in its target database, its lease held by this process. What the runner writes goes through one transaction a decision.</summary>
public interface IRunStore : IRunTarget, IAsyncDisposable
{
    Guid Run { get; }

    RunbookPlan Plan { get; }

    /// <summary>This runner's token, new with each that takes the run over.</summary>
    Guid Epoch { get; }

    /// <summary>The state in which the run was taken over, and its reason: where a refusal leaves it again.</summary>
    (RunbookState State, string? Reason) Before { get; }

    /// <summary>The run as it stands.</summary>
    Task<RunbookRun> ReadAsync(CancellationToken cancellation);

    /// <summary>What somebody asked of the run meanwhile.</summary>
    Task<RunRequest> ReadRequestAsync(CancellationToken cancellation);

    /// <summary>Whether another runner holds the run now; false when the target does not answer within seconds.</summary>
    Task<bool> IsTakenOverAsync();

    /// <summary>One transaction of the runner's own, the lease locked in it first.</summary>
    /// <param name="step">Whose progress <see cref="IRunTransaction.SaveProgressAsync"/> means; null where there is no step.</param>
    /// <param name="terms">Its limits.</param>
    /// <param name="work">What it does; a fault rolls all of it back.</param>
    /// <param name="cancellation">Stops it.</param>
    Task<T> RecordAsync<T>(string? step, SessionTerms terms, Func<IRunLedger, CancellationToken, Task<T>> work, CancellationToken cancellation);

    /// <summary>The transaction of a step: <see cref="IRunTransaction.SaveProgressAsync"/> and the like are about this one.</summary>
    IRunTarget For(string step);

    /// <summary>The target's catalog, godwit's own schema left out.</summary>
    Task<TargetCatalog> ReadCatalogAsync(CancellationToken cancellation);

    /// <summary>A catalog that was kept; null when there is none of that hash.</summary>
    Task<TargetCatalog?> FindCatalogAsync(string hash, CancellationToken cancellation);

    /// <summary>What of the target is not as it ought to be.</summary>
    Task<TargetTraces> ReadTracesAsync(CancellationToken cancellation);

    /// <summary>The run's tripwires as their rows have them; those that were never looked at have none.</summary>
    Task<IReadOnlyList<TripwireRow>> ReadTripwiresAsync(CancellationToken cancellation);

    /// <summary>The newest entry of a kind in the run's journal; null when there is none.</summary>
    Task<JsonObject?> ReadNoteAsync(string kind, CancellationToken cancellation);

    /// <summary>Who may agree to what and who has, read under the lease.</summary>
    /// <param name="known">Whose pins of people count.</param>
    /// <param name="cancellation">Stops.</param>
    Task<PeopleRecords> ReadPeopleAsync(KnownSigners known, CancellationToken cancellation);

    /// <summary>A digest of a text under the run's own key: equal texts have equal ones, and it tells nothing of the text to whoever has only the digest.</summary>
    Task<string> DigestAsync(string text, CancellationToken cancellation);

    /// <summary>Ends the run or lets go of it, and gives the lease up, in one transaction. Tried again after a fault, it finds out whether it was done.</summary>
    /// <param name="state">The state in which it is left.</param>
    /// <param name="reason">Why.</param>
    /// <param name="journalKind">Of the journal's entry.</param>
    /// <param name="cancellation">Stops.</param>
    /// <param name="failed">Whether it is left for something that failed: goes into the entry.</param>
    Task LeaveAsync(RunbookState state, string? reason, string journalKind, CancellationToken cancellation, bool failed = false);
}

/// <summary>What the runner notes in a transaction: states, attempts, gates, the journal. All of it commits with the transaction.</summary>
public interface IRunLedger : IRunTransaction
{
    /// <summary>
    /// From here on <see cref="IRunSession.ExecuteAllAsync"/> only gathers: the statements of several steps are carried out together before the commit, and a fault is the
    /// transaction's.
    /// </summary>
    void GatherStatements();

    Task SetStepAsync(string step, StepState state, CancellationToken cancellation);

    /// <summary>The state of a step as it is committed.</summary>
    Task<StepState> ReadStepAsync(string step, CancellationToken cancellation);

    /// <summary>Notes on the step at hand that something begins outside the target. Durable before it commits.</summary>
    /// <param name="effect">What, and whose.</param>
    /// <param name="limit">It is over then at the latest, by the target's clock.</param>
    /// <param name="cancellation">Stops.</param>
    Task BeginEffectAsync(StepEffect effect, TimeSpan limit, CancellationToken cancellation);

    Task EndEffectAsync(CancellationToken cancellation);

    Task BeginPhaseAsync(Phase phase, TargetCatalog catalog, CancellationToken cancellation);

    /// <summary>The phase's deadline counts anew.</summary>
    Task ExtendPhaseAsync(Phase phase, CancellationToken cancellation);

    Task EndPhaseAsync(Phase phase, TargetCatalog catalog, CancellationToken cancellation);

    /// <summary>Keeps what the catalog was before the phase's first step was taken back.</summary>
    Task BeginUndoAsync(Phase phase, TargetCatalog catalog, CancellationToken cancellation);

    /// <summary>The phase is as if it had not begun.</summary>
    Task ForgetPhaseAsync(Phase phase, CancellationToken cancellation);

    /// <summary>What was done before a restore has been looked at.</summary>
    Task EndRecheckAsync(CancellationToken cancellation);

    Task SetDirectionAsync(bool rollingBack, Phase? to, CancellationToken cancellation);

    Task AddGateAsync(Phase phase, string gate, GateVerdict verdict, CancellationToken cancellation);

    /// <summary>Where tripwires stand; their baselines and what they fired for stay as they are on record.</summary>
    Task SaveTripwireStatesAsync(IReadOnlyList<TripwireRow> rows, CancellationToken cancellation);

    /// <summary>All that is known of tripwires: their baselines and what they fired for too.</summary>
    Task SaveTripwiresAsync(IReadOnlyList<TripwireRow> rows, CancellationToken cancellation);

    /// <summary>Appends to the journal. <paramref name="body"/> holds no row's value and no secret.</summary>
    Task JournalAsync(string kind, JsonObject body, CancellationToken cancellation);
}
