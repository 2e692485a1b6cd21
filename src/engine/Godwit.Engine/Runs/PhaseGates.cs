using System.Text.Json.Nodes;
using Godwit.Engine.Estimates;
using Godwit.Engine.Gates;
using Godwit.Engine.People;
using Godwit.Engine.Timetables;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Runs;

/// <summary>The gates of a phase: those of the runbook, and whether the people have approved whose approval it takes.</summary>
internal sealed class PhaseGates(RunDesk desk)
{
    /// <summary>How soon a runner that waits hears that somebody has signed.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(2);

    private readonly IRunStore store = desk.Store;
    private readonly RunnerOptions options = desk.Options;

    /// <summary>Why a gate stays closed; null when all are open.</summary>
    public async Task<(string Reason, IReadOnlyList<Finding> Findings)?> AskAsync(PhaseSettings phase, CancellationToken cancellation)
    {
        var began = options.Time.GetTimestamp();
        while (true)
        {
            var answers = await AskAllAsync(phase, cancellation);
            var closed = answers.Where(a => a.Verdict.State != GateState.Pass).ToList();
            if (closed.Count == 0) return null;
            var stopped = Explain(phase, closed);
            if (!options.Wait || closed.Exists(c => !c.People)) return stopped;
            options.Observer.Note($"waits for people: {string.Join("; ", closed.Select(c => $"{c.Id}: {c.Verdict.Summary}"))}");
            // Whoever agreed first would have to agree again by then.
            while (true)
            {
                if (await desk.IsPauseAskedAsync(cancellation)) return ("asked to pause", []);
                if (options.Time.GetElapsedTime(began) >= store.Plan.ApprovalsValid) return stopped;
                await Task.Delay(s_look, options.Time, cancellation);
                if (await IsTimeToAskAsync(phase, cancellation)) break;
            }
        }
    }

    private static (string, IReadOnlyList<Finding>) Explain(PhaseSettings phase, List<Answer> closed) =>
        ($"gate {closed[0].Id} of {PhaseNames.Of(phase.Phase)}: {closed[0].Verdict.State}: {closed[0].Verdict.Summary}", [.. closed.SelectMany(c => c.Verdict.Findings).Distinct()]);

    private async Task<List<Answer>> AskAllAsync(PhaseSettings phase, CancellationToken cancellation)
    {
        var answers = new List<Answer>();
        foreach (var gate in phase.Gates)
        {
            if (options.Rehearsal?.Asks(gate, options.Kinds.Gate(gate.Kind)) == false)
            {
                await desk.NoteAsync("gate-not-asked", phase.Phase, (_, _) => Task.CompletedTask, cancellation, new JsonObject { ["gate"] = gate.Id, ["kind"] = gate.Kind });
                continue;
            }
            answers.Add(await NoteAsync(phase, gate.Id, options.Kinds.Gate(gate.Kind).WaitsForPeople, token => EvaluateAsync(phase, gate, token), cancellation));
        }
        foreach (var (later, gate, since) in await FindDueAsync(phase, cancellation))
            answers.Add(await NoteAsync(phase, gate.Id, true, async token => Due(await EvaluateAsync(later, gate, token), since), cancellation));
        // Last: nobody has to look at what a machine refuses.
        if (Demand.Before(phase.Phase, store.Plan) is { } demand) answers.Add(await NoteAsync(phase, PeopleGate.IdOf(phase.Phase), true, token => PeopleGate.AskAsync(store, options, demand, token), cancellation));
        return answers;
    }

    /// <summary>A target that does not answer for a moment is no reason to stop waiting; whether the run is still this runner's, the lease tells.</summary>
    private async Task<bool> IsTimeToAskAsync(PhaseSettings phase, CancellationToken cancellation)
    {
        try
        {
            return await HoldAsync(phase, cancellation);
        }
        catch (TargetFaultException fault) when (fault.IsPassing || fault.Fault == TargetFault.ConnectionLost)
        {
            cancellation.ThrowIfCancellationRequested();
            return false;
        }
    }

    /// <summary>Whether all is said that people have to say. What a look sees that changes nothing goes on no record.</summary>
    private async Task<bool> HoldAsync(PhaseSettings phase, CancellationToken cancellation)
    {
        if (Demand.Before(phase.Phase, store.Plan) is { } demand && (await PeopleGate.AskAsync(store, options, demand, cancellation)).State != GateState.Pass) return false;
        foreach (var gate in phase.Gates.Where(g => options.Kinds.Gate(g.Kind).WaitsForPeople))
        {
            if ((await EvaluateAsync(phase, gate, cancellation)).State != GateState.Pass) return false;
        }
        foreach (var (later, gate, _) in await FindDueAsync(phase, cancellation))
        {
            if ((await EvaluateAsync(later, gate, cancellation)).State != GateState.Pass) return false;
        }
        return true;
    }

    /// <summary>Decisions of the timetable whose time has come, and whose gate stands before a later phase: nothing begins without them any more.</summary>
    private async Task<IReadOnlyList<(PhaseSettings Phase, GateSettings Gate, string Since)>> FindDueAsync(PhaseSettings phase, CancellationToken cancellation)
    {
        if (options.Rehearsal is not null || !TimetableDecisions.IdsOf(store.Plan).Any()) return [];
        return [.. TimetableDecisions.DueIn(await store.ReadAsync(cancellation)).Where(d => d.Phase > phase.Phase).Select(d => (store.Plan.Phases.Single(p => p.Phase == d.Phase), d.Gate, d.Since))];
    }

    private static GateVerdict Due(GateVerdict verdict, string since) => verdict.State == GateState.Pass ? verdict : verdict with { Summary = $"due since {since}: {verdict.Summary}" };

    private async Task<GateVerdict> EvaluateAsync(PhaseSettings phase, GateSettings gate, CancellationToken cancellation)
    {
        var context = desk.GateContext(gate, phase.Phase, await PlanEstimates.OfAsync(options.Estimates, store.Plan, cancellation)) with
        {
            AskPeople = (demand, token) => PeopleGate.AskAsync(store, options, demand, token),
        };
        return await TimeLimit.RunAsync(phase.Deadline, token => options.Kinds.Gate(gate.Kind).Bind(gate, store.Plan.Files).EvaluateAsync(context, token), options.Time, cancellation)
            ?? new GateVerdict(GateState.Inconclusive, $"it did not decide within {RunDesk.DeadlineOf(phase)}");
    }

    private async Task<Answer> NoteAsync(PhaseSettings phase, string id, bool people, Func<CancellationToken, Task<GateVerdict>> ask, CancellationToken cancellation)
    {
        var verdict = await ask(cancellation);
        options.Observer.Gate(id, verdict);
        await desk.NoteAsync(GateNote.JournalKind, phase.Phase, (ledger, token) => ledger.AddGateAsync(phase.Phase, id, verdict, token), cancellation, GateNote.Of(id, verdict));
        return new Answer(id, verdict, people);
    }

    /// <param name="People">Whether people open it.</param>
    private sealed record Answer(string Id, GateVerdict Verdict, bool People);
}
