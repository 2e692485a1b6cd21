using System.Security.Cryptography;
using System.Text;
using Godwit.Engine.Backfill;
using Godwit.Engine.Keys;
using Godwit.Engine.Runs;
using Godwit.Engine.Transforms.Keyed;
using Godwit.Model.Findings;
using Godwit.Security.Keyring;

namespace Godwit.Engine.Steps.Backfill;

/// <summary>One backfill of a run.</summary>
internal sealed class BackfillStep(BackfillSettings settings, IBackfillDatabase database) : IStep, INeedsSecrets, INeedsKeys
{
    private readonly SessionTerms _terms = new(settings.Options.StatementTimeout, settings.Options.LockTimeout, settings.Options.SearchPath);

    public StepReach Reach => StepReach.Inside;

    public string? Irreversible => settings switch
    {
        { Back: true } => null,
        { Task: { Into: not null, Marker: null, UndoWhere: null } } => "neither a marker nor undo_where says which rows it inserted",
        { Task.Into: null, EmptyBefore: false } => "what the columns held before is not kept",
        _ => null,
    };

    /// <summary>Another pass does what the last one left over.</summary>
    public bool AppliesAgain => true;

    public string UndoSummary => settings switch
    {
        _ when Irreversible is { } reason => $"Cannot be undone: {reason}",
        { Back: true, Task: { From: var from, Into: { } into } } => $"Brings the rows of {from} into {into}, and verifies them",
        { Task.Into: { } into } => $"Deletes from {into} the rows that it inserted; what the application has changed in them since is lost with them",
        _ => $"Sets {string.Join(", ", settings.Task.Columns.Select(c => c.Name))} of {settings.Task.From} to NULL again",
    };

    /// <summary>A later pass goes over all rows once more, for what the one before has left over.</summary>
    public string? Describe(string progress, DateTimeOffset now) => BackfillState.Read(progress) is { Pass: > 1, Finished: false } state ? $"pass {state.Pass}" : null;

    public async Task<StepResult> PrecheckAsync(StepContext context, CancellationToken cancellation)
    {
        List<Finding> findings = [.. FindMissing(context.Environment), .. await KeyReadiness.FindMissingAsync(context.Keyring, Purposes, cancellation)];
        var task = TaskOf(context);
        try
        {
            await context.Target.InTransactionAsync(
                _terms,
                async (transaction, token) =>
                {
                    var reading = await database.ResolveAsync(transaction, task, token);
                    findings.AddRange(reading.Findings.Where(f => f.Severity == Severity.Error));
                    if (reading.Table is not { } table) return false;
                    await table.PrepareAsync(transaction, token);
                    await table.TryAsync(transaction, token);
                    var untouched = BackfillState.Read(await transaction.ReadProgressAsync(token)) is null or { Undoing: true, Finished: true };
                    if (task.Into is not null && !settings.Back && Irreversible is null && untouched && await table.HasUndoableAsync(transaction, token))
                        findings.Add(NotEmpty());
                    return true;
                },
                cancellation);
        }
        catch (TargetFaultException fault) when (fault.Fault == TargetFault.Refused)
        {
            // Class 42 is about the statement: what it names is the runbook's.
            var reason = fault.SqlState is ['4', '2', ..] ? fault.Message : RowFaults.Reason(fault);
            findings.Add(Finding.Error(FindingCodes.BackfillTable, $"The target refuses the backfill's statements: {reason}", remedy: "Look at where and at the sql expressions"));
        }
        return findings.Count == 0 ? StepResult.Done : new StepResult.Failed(findings);
    }

    public Task<StepResult> ApplyAsync(StepContext context, CancellationToken cancellation) => settings.Back ? Task.FromResult(StepResult.Done) : FillAsync(context, cancellation);

    public Task<StepResult> VerifyAsync(StepContext context, CancellationToken cancellation) => settings.Back ? Task.FromResult(StepResult.Done) : CompareAsync(context, cancellation);

    private Task<StepResult> FillAsync(StepContext context, CancellationToken cancellation) => RunAsync(
        context,
        (table, computer) =>
        {
            var keeper = new PaceKeeper(context, settings.Options, database.CreateWatch());
            return keeper.WhileAsync(token => new BackfillApply(context, settings.Options, table, computer, keeper) { Keyed = KeyedColumns }.RunAsync(token), cancellation);
        },
        cancellation);

    private Task<StepResult> CompareAsync(StepContext context, CancellationToken cancellation) => RunAsync(
        context, (table, computer) => new BackfillVerify(context, settings.Options, table, computer).RunAsync(cancellation), cancellation);

    public async Task<StepResult> UndoAsync(StepContext context, CancellationToken cancellation)
    {
        if (Irreversible is { } reason) return StepResult.Fail(FindingCodes.CannotUndo, $"The backfill cannot be undone: {reason}");
        // Only what was verified there counts as brought back: nothing else is taken away before.
        if (settings.Back) return await FillAsync(context, cancellation) is not StepResult.Passed and var stopped ? stopped : await CompareAsync(context, cancellation);
        // Undoing computes nothing: it must not need a secret that is gone.
        return await ResolvedAsync(
            context,
            table =>
            {
                var keeper = new PaceKeeper(context, settings.Options with { Probe = null }, database.CreateWatch());
                return keeper.WhileAsync(token => new BackfillUndo(context, settings.Options, table, keeper, countsAfter: settings.Task.Into is not null).RunAsync(token), cancellation);
            },
            cancellation);
    }

    private async Task<StepResult> RunAsync(StepContext context, Func<IBackfillTable, RowComputer, Task<StepResult>> work, CancellationToken cancellation)
    {
        if (FindMissing(context.Environment).ToList() is { Count: > 0 } missing) return new StepResult.Failed(missing);
        try
        {
            using var computer = await RowComputer.OpenAsync(settings.Task, context.Environment, context.Keyring, cancellation);
            return await ResolvedAsync(context, table => work(table, computer), cancellation);
        }
        catch (KeyringException reason)
        {
            // Before a batch, or in it, which was taken back as a whole.
            return new StepResult.Failed([KeyReadiness.Missing(reason)]);
        }
    }

    private async Task<StepResult> ResolvedAsync(StepContext context, Func<IBackfillTable, Task<StepResult>> work, CancellationToken cancellation)
    {
        var reading = await context.Target.InTransactionAsync(_terms, (transaction, token) => database.ResolveAsync(transaction, TaskOf(context), token), cancellation);
        return reading.Table is { } table ? await work(table) : new StepResult.Failed(reading.Findings);
    }

    public IEnumerable<Finding> FindMissing(IRunEnvironment environment) =>
        settings.Task.Columns.SelectMany(c => c.Transform.FindMissing(environment)).DistinctBy(f => f.Message, StringComparer.Ordinal);

    public IReadOnlyCollection<KeyPurpose> Purposes => [.. settings.Task.Columns.Select(c => c.Transform).OfType<IKeyedTransform>().SelectMany(t => t.Purposes).Distinct()];

    /// <summary>Values of a person name the person's key, which no registered column has to hold: the keyring counts persons by themselves. What was decrypted names none.</summary>
    private IReadOnlyList<KeyedColumn> KeyedColumns =>
        [.. settings.Task.Columns.Where(c => c.Transform is IKeyedTransform keyed && keyed.Purpose != KeyPurpose.Person).Select(c => new KeyedColumn(settings.Task.Into ?? settings.Task.From, c.Name, ((IKeyedTransform)c.Transform).Purpose))];

    private BackfillTask TaskOf(StepContext context)
    {
        var name = $"{context.Run:N}/{context.Step.Id}";
        return settings.Task with { Mark = new BackfillMark(name, new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16))) };
    }

    private Finding NotEmpty() => Finding.Error(
        FindingCodes.NotEmptyBefore,
        $"Rows are in {settings.Task.Into} already for which {(settings.Task.Marker is null ? "undo_where holds" : "the marker is this run's")}: an undo would delete them",
        remedy: "Let undo_where hold for nothing but what this step inserts, or use a marker");
}
