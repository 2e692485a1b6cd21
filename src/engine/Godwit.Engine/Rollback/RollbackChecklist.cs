using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Checks;
using Godwit.Engine.Gates;
using Godwit.Engine.Http;
using Godwit.Engine.People;
using Godwit.Engine.Runbooks;
using Godwit.Engine.Runs;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Rollback;

/// <summary>
/// Looks after a rollback of everything whether it gave back what was there: Godwit's own questions, the data gates that held before the first step, and what
/// the runbook asks beside. Changes nothing, and may be asked again.
/// </summary>
public sealed class RollbackChecklist(IRunStore store, RunnerOptions options)
{
    public const string JournalKind = "rollback-checked";

    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(5);

    /// <summary>What it will look at, by names.</summary>
    public static IReadOnlyList<string> ItemsOf(RunbookPlan plan, RunbookKinds kinds) =>
    [
        "schema", "indexes", "constraints", "triggers", "sequences",
        .. plan.Rollback?.Maps(RollbackShape.UnchangedKey).Select(u => u.Text("name")) ?? [],
        .. plan.Phases.Take(1).SelectMany(p => p.Gates).Where(g => kinds.Gate(g.Kind).HoldsAfterRollback).Select(g => $"gate {g.Id}"),
        .. plan.Rollback is { } own ? Check.ReadAll(own, RollbackShape.ChecklistKey, plan.Files).Select(c => c.Name) : [],
        .. Demand.AfterRollbackOf(plan).Select(b => $"box {b.Demand.Subject}"),
    ];

    public async Task<IReadOnlyList<CheckOutcome>> GoThroughAsync(StateBefore before, CancellationToken cancellation)
    {
        var outcomes = new List<CheckOutcome> { await SchemaAsync(before, cancellation) };
        outcomes.AddRange(Traces(before.Traces, await store.ReadTracesAsync(cancellation)));
        outcomes.AddRange(Answers(before.Answers, await StateBefore.AskAsync(store, options, cancellation)));
        foreach (var gate in store.Plan.Phases[0].Gates)
        {
            if (options.Kinds.Gate(gate.Kind).HoldsAfterRollback && options.Rehearsal?.Asks(gate, options.Kinds.Gate(gate.Kind)) != false) outcomes.Add(await AskAsync(gate, cancellation));
        }
        outcomes.AddRange(await AskOwnAsync(cancellation));
        outcomes.AddRange(await AskPeopleAsync(cancellation));
        return outcomes;
    }

    /// <summary>What the journal keeps of it.</summary>
    public static JsonObject Note(IReadOnlyList<CheckOutcome> outcomes) => new()
    {
        ["items"] = new JsonArray([.. outcomes.Select(Item)]),
        ["verified"] = outcomes.All(o => !o.Stops),
    };

    public static IReadOnlyList<Finding> Findings(IReadOnlyList<CheckOutcome> outcomes) =>
    [
        .. outcomes.Where(o => o.Stops).Select(o => Finding.Error(
            FindingCodes.RollbackNotVerified, $"after the rollback {o.Name}: {o.Saw}", null, "Once it is put right, `godwit rollback` looks again; `godwit abort` ends the run as it is.")),
    ];

    private static JsonObject Item(CheckOutcome outcome)
    {
        var item = new JsonObject { ["item"] = Short(outcome.Name), ["saw"] = Short(outcome.Saw), ["state"] = Word(outcome) };
        Acceptance.Write(item, outcome.People);
        return item;
    }

    private static string Word(CheckOutcome outcome) => outcome switch
    {
        { State: CheckState.Holds } => "holds",
        { Warns: true } => "warning",
        { State: CheckState.NoAnswer } => "no-answer",
        _ => "fails",
    };

    /// <summary>An entry of the journal has its limit.</summary>
    private static string Short(string text) => text.Length > 500 ? text[..500] : text;

    private async Task<CheckOutcome> SchemaAsync(StateBefore before, CancellationToken cancellation)
    {
        var now = await store.ReadCatalogAsync(cancellation);
        if (now.Hash == before.Catalog) return new("schema", false, CheckState.Holds, "what it was before the first step");
        // As the last phase was left that was undone, which was compared.
        if ((string?)(await store.ReadNoteAsync("phase-undone", cancellation))?["catalog"] == now.Hash)
            return new("schema", false, CheckState.Holds, "what it was before the first step, but for what others changed meanwhile");
        var kept = await store.FindCatalogAsync(before.Catalog, cancellation);
        return new("schema", false, CheckState.Fails, $"not what it was before the first step{(kept is null ? "" : $": {SchemaDrift.Between(kept, now).Describe()}")}");
    }

    private static IEnumerable<CheckOutcome> Traces(TargetTraces before, TargetTraces now)
    {
        yield return Left("indexes", "no index is left that is not valid", t => t.InvalidIndexes);
        yield return Left("constraints", "no constraint is left that is not validated", t => t.OpenConstraints);
        yield return Left("triggers", "no trigger of Godwit's is left", t => t.Triggers);
        yield return Left("sequences", "no sequence is behind its column", t => t.SequencesBehind);

        CheckOutcome Left(string name, string good, Func<TargetTraces, IReadOnlyList<string>> of)
        {
            if (now.Problem is not null) return new(name, false, CheckState.NoAnswer, now.Problem);
            // What was so before is not the run's.
            var left = of(now).Except(of(before), StringComparer.Ordinal).ToList();
            if (left.Count == 0) return new(name, false, CheckState.Holds, of(now).Count == 0 ? good : $"{good}, but for {of(now).Count} that were so before");
            var saw = $"left behind: {string.Join(", ", left)}";
            return before.Problem is null ? new(name, false, CheckState.Fails, saw) : new(name, true, CheckState.Fails, $"{saw}; how it was before is not known");
        }
    }

    private static IEnumerable<CheckOutcome> Answers(IReadOnlyDictionary<string, string?> before, IReadOnlyDictionary<string, string?> now) => now.Select(a =>
        a.Value is null || !before.TryGetValue(a.Key, out var then) || then is null ? new CheckOutcome(a.Key, false, CheckState.NoAnswer, a.Value is null ? "does not answer" : "did not answer before the first step")
        : then == a.Value ? new CheckOutcome(a.Key, false, CheckState.Holds, "answers what it did before the first step")
        : new CheckOutcome(a.Key, false, CheckState.Fails, "answers otherwise than before the first step"));

    private async Task<CheckOutcome> AskAsync(GateSettings gate, CancellationToken cancellation)
    {
        var context = new GateContext { Run = store.Run, Gate = gate, Phase = store.Plan.Phases[0].Phase, Target = new PatientTarget(store, options), Folder = options.Folder, Time = options.Time, Environment = options.Environment, CheckSources = options.CheckSources, Backups = store.Plan.Backups, Rehearsal = options.Rehearsal };
        var verdict = await options.Kinds.Gate(gate.Kind).Bind(gate, store.Plan.Files).EvaluateAsync(context, cancellation);
        var state = verdict.State switch { GateState.Pass => CheckState.Holds, GateState.Fail => CheckState.Fails, _ => CheckState.NoAnswer };
        return new CheckOutcome($"gate {gate.Id}", false, state, verdict.Summary);
    }

    private async Task<IReadOnlyList<CheckOutcome>> AskPeopleAsync(CancellationToken cancellation)
    {
        var boxes = Demand.AfterRollbackOf(store.Plan).ToList();
        if (boxes.Count == 0) return [];
        if (options.Waived is { } why) return [.. boxes.Select(b => new CheckOutcome($"box {b.Demand.Subject}", false, CheckState.Holds, $"nobody has to agree: {why}"))];
        var people = await store.ReadPeopleAsync(options.Known, cancellation);
        return [.. boxes.Select(b => DemandStanding.Of(b.Demand, store.Plan, store.Run, people)).Select(s => new CheckOutcome(
            $"box {s.Demand.Subject}", false, s.Holds ? CheckState.Holds : CheckState.NoAnswer, s.Holds ? string.Join("; ", s.Counted) : $"{s.Summary}; {string.Join("; ", s.Commands.Select(c => $"`{c}`"))}")
        {
            IsPeoples = true, People = s.Counted,
        })];
    }

    /// <summary>The runbook's own: asked again for a while, all of them, since an application may have to start.</summary>
    private async Task<IReadOnlyList<CheckOutcome>> AskOwnAsync(CancellationToken cancellation)
    {
        if (store.Plan.Rollback is not { } settings || Check.ReadAll(settings, RollbackShape.ChecklistKey, store.Plan.Files) is not { Count: > 0 } checks) return [];
        var runner = new CheckRunner(store, options.Environment, options.Time, HttpSender.Shared, options.CheckSources, options.Rehearsal);
        var within = settings.Duration(RollbackShape.WithinKey);
        var began = options.Time.GetTimestamp();
        while (true)
        {
            var outcomes = await runner.AskAllAsync(checks, cancellation);
            var left = within - options.Time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero || outcomes.All(o => !o.Stops)) return outcomes;
            options.Observer.Note($"waiting: {CheckOutcome.Describe(outcomes.Where(o => o.Stops))}");
            await Task.Delay(left < s_again ? left : s_again, options.Time, cancellation);
        }
    }
}
