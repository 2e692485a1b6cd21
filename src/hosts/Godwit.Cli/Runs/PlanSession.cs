using Godwit.Cli.Move;
using Godwit.Cli.People;
using Godwit.Cli.Rehearsals;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Tripwires;
using Godwit.Engine.Figures;
using Godwit.Engine.Rehearsals;
using Godwit.Engine.Runbooks;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Connections;
using Godwit.Postgres.PersonalData;
using Godwit.Postgres.Runbooks;
using Godwit.Postgres.Tripwires;

namespace Godwit.Cli.Runs;

/// <summary>Shows what a run of a runbook would do. A target is asked where one can be reached, and nothing is changed there.</summary>
internal sealed class PlanSession(RunbookAtHand at, RunConsole console)
{
    private static readonly TimeProvider s_time = TimeProvider.System;

    /// <summary>Resolves the runbook and shows what would be done; with a target in reach, how long each step took there the last time.</summary>
    public async Task<int> PlanAsync(bool markdown, TextWriter output, CancellationToken cancellation)
    {
        var (plan, runbook, findings) = at.Plan();
        if (plan is null || runbook is null) return console.Refuse(findings);
        var target = await RunTarget.ReachAsync(at.To, runbook.Target, runbook.Folder, at.Connections, cancellation);
        IReadOnlyDictionary<string, double>? seconds = null;
        PlanSignatures? signed = null;
        RehearsalEstimates? rehearsed = null;
        IReadOnlyList<Finding> unknown = [];
        if (target.Target is not null)
        {
            await using var source = target.Target.OpenSource(new SessionSettings { RunId = "plan", Role = "find" });
            await using var connection = await source.OpenAsync(cancellation);
            seconds = await RunbookRows.SecondsAsync(connection, plan.Name, cancellation);
            signed = await PlanSignatures.ReadAsync(connection, plan, cancellation);
            rehearsed = await RehearsedTimes.ReadAsync(connection, plan, cancellation);
            unknown = await DeclaredColumns.FindUnknownAsync(connection, plan, cancellation);
        }
        var (expected, foreseen) = await ForeseeAsync(plan, runbook, cancellation);
        IReadOnlyList<Finding> doubts = [.. foreseen, .. unknown, .. TripwireReadiness.Find(plan, runbook.Folder, at.Variables, here: false), .. target.Target is null ? [] : await AskTripwiresAsync(plan, runbook, target.Target, cancellation)];
        RunbookFindings.Print(console.Console, [.. doubts.Where(f => f.Severity != Severity.Note)]);
        var document = PlanDocument.From(plan, at.Kinds, seconds, s_time.GetUtcNow(), expected, signed, rehearsed) with { Restore = Backups.NewestBackup.Find(plan, runbook.Folder, at.Variables), Findings = [.. findings.Concat(doubts).Select(f => FindingDocument.From(f, showValues: false))] };
        if (console.Json) await output.WriteLineAsync(document.ToJson());
        else if (markdown) await output.WriteAsync(PlanText.Markdown(document));
        else PlanText.Print(console, document);
        return ExitCode.Done;
    }

    private async Task<IReadOnlyList<Finding>> AskTripwiresAsync(RunbookPlan plan, Runbook runbook, PostgresTarget target, CancellationToken cancellation)
    {
        await using var queries = new WatchQueries(target, (name, token) => at.ReachSourceAsync(plan, runbook.Folder, name, token));
        return await TripwireReadiness.AskAsync(plan, new FigureContext { Queries = queries, Environment = at.Variables, Time = s_time, Folder = runbook.Folder, Run = new RunFigures(s_time) }, cancellation);
    }

    /// <summary>What steps that look at what they will read expect, and what they doubt: a plan is one without it too.</summary>
    private async Task<(IReadOnlyDictionary<string, IReadOnlyList<string>> Expected, IReadOnlyList<Finding> Doubts)> ForeseeAsync(RunbookPlan plan, Runbook runbook, CancellationToken cancellation)
    {
        var (expected, doubts) = (new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal), new List<Finding>());
        foreach (var step in plan.Phases.SelectMany(p => p.Steps))
        {
            if (at.Kinds.Bind(step, plan.Files) is not IForesees foreseeing) continue;
            var seen = await foreseeing.ForeseeAsync(runbook.Folder, plan.Sources, at.Variables, cancellation);
            expected[step.Id] = seen.Lines;
            doubts.AddRange(seen.Findings);
        }
        return (expected, doubts);
    }
}
