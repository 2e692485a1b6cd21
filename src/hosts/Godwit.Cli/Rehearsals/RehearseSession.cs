using Godwit.Cli.Backups;
using Godwit.Cli.Move;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Runs;
using Godwit.Engine.Backups;
using Godwit.Engine.Rehearsals;
using Godwit.Engine.Runbooks;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Backups;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Rehearsals;
using Godwit.Security.Signing;

namespace Godwit.Cli.Rehearsals;

/// <summary>Makes rehearsals until there are enough good ones on record, or one fails.</summary>
internal sealed class RehearseSession(RunbookKinds kinds, string file, IReadOnlyDictionary<string, string> set, string? to, RunConsole console, TextWriter output)
{
    private readonly TimeProvider _time = TimeProvider.System;

    public required int Count { get; init; }

    public required bool Afresh { get; init; }

    public string? Backup { get; init; }

    public bool Anonymise { get; init; }

    public int? Days { get; init; }

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var reading = new RunbookReader(kinds).ReadFile(file, set);
        if (reading.Runbook is not { } runbook) return Refuse(null, reading.Findings);
        var planning = new RunbookPlanner(kinds).Plan(runbook);
        if (planning.Plan is not { } plan) return Refuse(null, [.. reading.Findings, .. planning.Findings]);
        if (plan.Phases.All(p => p.Steps.Count == 0)) return Refuse(plan, [Finding.Error(FindingCodes.NothingToRehearse, "the plan has no step", null, "Add one to a phase.")]);
        if (runbook.Backups is not { } backups)
            return Refuse(plan, [Finding.Error(FindingCodes.RehearsalNoCopy, "a rehearsal restores a verified backup, and the runbook does not say where backups are", null, "Add `backups:` with a destination to the runbook, then `godwit backup create`.")]);
        var (place, wrong) = BackupPlace.Resolve(BackupSettings.Read(backups), runbook.Folder, ProcessEnvironment.Instance, GodwitHome.Folder());
        if (place is null) return Refuse(plan, wrong);
        using (place)
        {
            var target = await RunTarget.ReachAsync(to, runbook.Target, runbook.Folder, cancellation);
            if (target.Target is null) return Refuse(plan, target.Findings);
            RunbookFindings.Print(console.Console, [.. reading.Findings.Concat(planning.Findings).Where(f => f.Severity != Severity.Note)]);
            try
            {
                await ScratchCopies.SweepAsync(place.Staging);
                return await RehearseAsync(runbook, plan, place, target.Target, cancellation);
            }
            catch (RehearsalException refused)
            {
                return Refuse(plan, refused.Findings);
            }
            catch (BackupException refused)
            {
                return Refuse(plan, refused.Findings, BackupOutput.CodeOf(refused));
            }
        }
    }

    private async Task<int> RehearseAsync(Runbook runbook, RunbookPlan plan, BackupPlace place, PostgresTarget target, CancellationToken cancellation)
    {
        var made = new List<RehearsalRecord>();
        while (true)
        {
            var count = await CountAsync(plan, target, cancellation);
            // Whoever asks for cut-down copies asks for that many of them; else those do not stand for whole ones.
            var good = Afresh ? made.Count : count.Counted(new RehearsalDemands { Count = Count, CutDown = Days is not null }).Count;
            if (good >= Count) return End(plan, count, made);
            console.Note($"rehearsal {good + 1} of {Count}, plan {plan.Hash[..12]}");
            var record = await new OneRehearsal(kinds, runbook, plan, place, target, console, _time) { Backup = Backup, Anonymise = Anonymise, Days = Days }.RunAsync(cancellation);
            made.Add(record);
            RehearsalText.Print(console, record);
            if (record.Outcome == RehearsalOutcome.Failed) return Fail(plan, await CountAsync(plan, target, cancellation), made);
        }
    }

    private static async Task<RehearsalCount> CountAsync(RunbookPlan plan, PostgresTarget target, CancellationToken cancellation)
    {
        await using var source = target.OpenSource(new SessionSettings { RunId = "rehearse", Role = "find" });
        await using var connection = await source.OpenAsync(cancellation);
        var (identity, _) = await RehearsalRows.IdentifyAsync(connection, cancellation);
        return RehearsalCount.Of(await RehearsalRows.ReadAsync(connection, plan.Name, cancellation), plan.Hash, identity, KnownSigners.Load(GodwitHome.Folder()));
    }

    private int End(RunbookPlan plan, RehearsalCount count, List<RehearsalRecord> made)
    {
        NotTaken(count);
        console.Console.Line($"[green]Rehearsed:[/] {count.Good.Count} good rehearsals of plan {plan.Hash[..12]} are on record{(made.Count == 0 ? "; there was nothing to do" : $", {made.Count} of them made now")}.");
        return Finish(new RehearsalDocument { Outcome = "rehearsed", ExitCode = ExitCode.Done, Runbook = plan.Name, Plan = plan.Hash, Good = count.Good.Count, Made = made, NotTaken = count.NotTaken });
    }

    private int Fail(RunbookPlan plan, RehearsalCount count, List<RehearsalRecord> made)
    {
        var record = made[^1];
        var finding = Finding.Error(FindingCodes.RehearsalFailed, $"the rehearsal failed: {record.Reason}", null, "Mend the runbook, which makes it another plan, or what it met; then `godwit rehearse`.");
        RunbookFindings.Print(console.Console, [finding]);
        foreach (var seen in record.Findings) console.Console.Line($"  {seen}");
        NotTaken(count);
        console.Console.Line($"[red]Failed:[/] it is on record; good rehearsals from before it do not count any more. The target was not touched.");
        return Finish(new RehearsalDocument
        {
            Outcome = "failed", ExitCode = ExitCode.NotVerified, Runbook = plan.Name, Plan = plan.Hash, Good = count.Good.Count, Reason = record.Reason, Made = made, NotTaken = count.NotTaken,
            Findings = [FindingDocument.From(finding, showValues: false)],
        });
    }

    private void NotTaken(RehearsalCount count)
    {
        foreach (var refused in count.NotTaken) console.Console.Line($"[yellow]not taken:[/] {refused}");
    }

    private int Refuse(RunbookPlan? plan, IReadOnlyList<Finding> findings, int exitCode = ExitCode.Findings)
    {
        RunbookFindings.Print(console.Console, findings);
        console.Console.Line($"[red]Refused:[/] nothing was rehearsed.");
        return Finish(new RehearsalDocument
        {
            Outcome = "refused", ExitCode = exitCode, Runbook = plan?.Name, Plan = plan?.Hash, Findings = [.. findings.Select(f => FindingDocument.From(f, showValues: false))],
        });
    }

    private int Finish(RehearsalDocument document)
    {
        if (console.Json) output.WriteLine(document.ToJson());
        return document.ExitCode;
    }
}
