using Godwit.Cli.Move;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Runs;
using Godwit.Engine.Adoption;
using Godwit.Engine.Journal;
using Godwit.Engine.Ledger;
using Godwit.Engine.Runbooks;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Godwit.Postgres.Adoption;
using Godwit.Postgres.Connections;
using Godwit.Postgres.Ledger;
using Godwit.Postgres.Runbooks;
using Godwit.Security.Signing;

namespace Godwit.Cli.Adoption;

/// <summary>Finds what another tool has done, shows it, and puts it on record.</summary>
internal sealed class AdoptSession(RunbookKinds kinds, string file, IReadOnlyDictionary<string, string> set, string? to, RunConsole console)
{
    public string? Baseline { get; init; }

    public string? Tool { get; init; }

    public string? Schema { get; init; }

    public bool DryRun { get; init; }

    /// <summary>Why a target that went back in time is adopted all the same; null does not.</summary>
    public string? AcceptRewind { get; init; }

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var reading = new RunbookReader(kinds).ReadFile(file, set);
        if (reading.Runbook is not { } runbook) return console.Refuse(reading.Findings);
        var planning = new RunbookPlanner(kinds).Plan(runbook);
        if (planning.Plan is not { } plan) return console.Refuse([.. reading.Findings, .. planning.Findings]);
        var target = await RunTarget.ReachAsync(to, runbook.Target, runbook.Folder, cancellation);
        if (target.Target is null) return console.Refuse(target.Findings);

        var (history, refusal) = Baseline is null ? await ChooseAsync(target.Target, cancellation) : (AdoptionMatch.Baseline(Baseline), null);
        if (history is null) return console.Refuse([refusal!]);
        var match = AdoptionMatch.Of(plan, history);
        if (Baseline is null) console.Console.Line($"Found {history.Place}: {history.Applied.Count} migrations.");
        foreach (var step in match.Steps) console.Console.Line($"  {step.Step}: {step.Migration}{(step.Compared ? ", same checksum" : "")}");
        if (match.Findings.Any(f => f.Severity == Severity.Error)) return console.Refuse(match.Findings);
        RunbookFindings.Print(console.Console, match.Findings);
        var document = new RunDocument
        {
            Outcome = "would-adopt", ExitCode = ExitCode.Done, Runbook = plan.Name, Plan = plan.Hash, History = history.Place,
            Adopted = [.. match.Steps.Select(s => new AdoptedDocument(s.Step, s.Migration, s.Compared))],
            Findings = [.. match.Findings.Select(f => FindingDocument.From(f, showValues: false))],
        };
        var left = plan.Phases.Sum(p => p.Steps.Count) - match.Steps.Count;
        if (DryRun)
        {
            console.Console.Line($"{match.Steps.Count} steps would be adopted, {left} are left for `godwit run`. Nothing was changed.");
            return console.Finish(document);
        }
        return await AdoptAsync(target.Target, runbook, plan, history, match, document, left, cancellation);
    }

    private async Task<int> AdoptAsync(
        PostgresTarget target, Runbook runbook, RunbookPlan plan, MigrationHistory history, AdoptionMatch match, RunDocument document, int left, CancellationToken cancellation)
    {
        using var key = SigningKeyFile.LoadOrCreate(GodwitHome.Folder());
        var run = Guid.NewGuid();
        var home = GodwitHome.Folder();
        AdoptionOutcome outcome;
        try
        {
            outcome = await AdoptionEntry.AdoptAsync(
                target, run, plan, history, match.Steps, runbook.Folder, ToolVersion.Text, RunHolder.Self(TimeProvider.System), new JournalSigner(key),
                new LedgerKeeping(LedgerFolder.Of(home), KnownSigners.Load(home), AcceptRewind, console.Note), cancellation);
        }
        catch (LedgerException fault)
        {
            return console.Refuse([LedgerFindings.Unusable(fault)]);
        }
        switch (outcome)
        {
            case AdoptionOutcome.Rewound(var lost):
                return new RunEnds(console).Rewound(lost, "`godwit adopt --accept-rewind REASON` goes on without what is lost.");
            case AdoptionOutcome.Untold(var damaged):
                return console.Refuse(damaged);
            case AdoptionOutcome.AlreadyRun(var other):
                return console.Refuse([Finding.Error(FindingCodes.AlreadyRun, $"{plan.Name} has run {other} here", null, "`godwit status` shows it, `godwit run` does what is left.")]);
            case AdoptionOutcome.Held(var holder):
                return console.Refuse([Finding.Error(FindingCodes.TargetHeld, $"{holder.Holder} is at work on run {holder.Run}", remedy: "`godwit status` shows it, `godwit pause` asks it to stop.")]);
            default:
                console.Console.Line($"[green]Adopted:[/] {match.Steps.Count} steps of {plan.Name} are on record as done before; {left} are left for `godwit run`.");
                return console.Finish(document with { Outcome = "adopted", Run = run.ToString() });
        }
    }

    private async Task<(MigrationHistory? History, Finding? Refusal)> ChooseAsync(PostgresTarget target, CancellationToken cancellation)
    {
        await using var source = target.OpenSource(new SessionSettings { RunId = "adopt", Role = "find" });
        await using var connection = await source.OpenAsync(cancellation);
        var all = await MigrationHistories.FindAsync(connection, cancellation);
        var chosen = all.Where(h => (Tool is null || MigrationTools.Of(h.Tool) == Tool) && (Schema is null || h.Schema == Schema)).ToList();
        return chosen switch
        {
            [var one] => (one, null),
            [] => (null, Finding.Error(
                FindingCodes.NothingToAdopt, all.Count == 0 ? "no table of Flyway, EF Core, dbmate, Alembic or Prisma with anything on record was found" : $"what was found is not what was asked for: {Places(all)}",
                null, "Name the last step that is done already: --baseline STEP.")),
            _ => (null, Finding.Error(FindingCodes.SeveralHistories, $"there are {chosen.Count} histories: {Places(chosen)}", null, "Name the one that counts: --tool, --schema.")),
        };
    }

    private static string Places(IEnumerable<MigrationHistory> histories) => string.Join(", ", histories.Select(h => h.Place));
}
