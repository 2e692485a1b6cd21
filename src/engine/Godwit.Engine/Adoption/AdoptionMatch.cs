using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Adoption;

/// <param name="Step">Its id.</param>
/// <param name="Migration">What the history calls it.</param>
/// <param name="Compared">Whether the file was compared with a checksum.</param>
public sealed record AdoptedStep(string Step, string Migration, bool Compared);

/// <summary>Which steps of a runbook another tool has done, as far as its history and the files' names tell.</summary>
/// <param name="Steps">In the runbook's order.</param>
/// <param name="Findings">An error among them refuses the adoption.</param>
public sealed record AdoptionMatch(IReadOnlyList<AdoptedStep> Steps, IReadOnlyList<Finding> Findings)
{
    private const string SqlKind = "sql";

    public static AdoptionMatch Of(RunbookPlan plan, MigrationHistory history)
    {
        var steps = plan.Phases.SelectMany(p => p.Steps).Where(s => s.Kind == SqlKind && FileOf(s) is not null).ToList();
        var adopted = new Dictionary<string, AdoptedStep>(StringComparer.Ordinal);
        var findings = new List<Finding>();
        foreach (var failed in history.Applied.Where(m => m.Failed))
            findings.Add(Finding.Error(FindingCodes.FailedMigration, $"{failed.Name} was begun and not done, says {history.Place}", null, "Mend it with the tool that began it, and adopt then."));
        foreach (var migration in history.Applied.Where(m => !m.Failed))
        {
            var found = steps.FindIndex(s => Corresponds(history.Tool, migration, s));
            foreach (var covered in Covered(steps, history.Tool, migration, found)) adopted.TryAdd(covered.Id, new AdoptedStep(covered.Id, $"before {migration.Name}", Compared: false));
            if (found < 0)
            {
                if (!(migration.CoversEarlier && history.Tool == MigrationTool.Flyway))
                    findings.Add(Finding.Note(FindingCodes.NotInStep, $"{migration.Name} is done, says {history.Place}, and no step's file corresponds to it"));
                continue;
            }
            var step = steps[found];
            var file = plan.Files[FileOf(step)!];
            var compared = migration.Checksum is not null && MigrationChecksum.Of(history.Tool, file) is not null;
            if (compared && migration.Checksum != MigrationChecksum.Of(history.Tool, file))
            {
                // What is replaced as a whole is replaced again.
                if (!migration.Repeatable)
                    findings.Add(Finding.Error(FindingCodes.AdoptedFileDiffers, $"{FileOf(step)} of step {step.Id} is not the file that {MigrationTools.Of(history.Tool)} applied as {migration.Name}", null, "Put it back as it was, and make the change in a step of its own."));
                continue;
            }
            adopted[step.Id] = new AdoptedStep(step.Id, migration.Name, compared);
        }
        var last = steps.FindLastIndex(s => adopted.ContainsKey(s.Id));
        foreach (var left in steps.Take(Math.Max(0, last)).Where(s => !adopted.ContainsKey(s.Id) && !IsRepeatable(s)))
            findings.Add(Finding.Warning(FindingCodes.NotInStep, $"step {left.Id} stands before steps that are done, and {history.Place} does not have it: the next run will do it"));
        if (adopted.Count == 0 && findings.TrueForAll(f => f.Severity != Severity.Error))
            findings.Add(Finding.Error(FindingCodes.NothingToAdopt, $"no step of {plan.Name} corresponds to what {history.Place} has", null, "Look at the files' names; or name the last step that is done: --baseline STEP."));
        return new AdoptionMatch([.. steps.Where(s => adopted.ContainsKey(s.Id)).Select(s => adopted[s.Id])], findings);
    }

    /// <summary>What somebody says is done: everything up to a step, or to the step of a file.</summary>
    public static MigrationHistory Baseline(string step) => new(MigrationTool.Baseline, "", "", [new AppliedMigration(step, step, CoversEarlier: true)]);

    private static bool Corresponds(MigrationTool tool, AppliedMigration migration, StepSettings step) =>
        tool == MigrationTool.Baseline ? step.Id == migration.Key || FileOf(step) == migration.Key : MigrationFiles.Fits(tool, migration, FileOf(step)!);

    private static IEnumerable<StepSettings> Covered(List<StepSettings> steps, MigrationTool tool, AppliedMigration migration, int found)
    {
        if (!migration.CoversEarlier) return [];
        // Flyway's baseline has a version and no file.
        return tool == MigrationTool.Flyway
            ? steps.Where(s => MigrationFiles.FlywayVersion(Path.GetFileName(FileOf(s)!)) is { } version && MigrationFiles.Compare(version, migration.Key) <= 0)
            : steps.Take(found);
    }

    private static bool IsRepeatable(StepSettings step) => Path.GetFileName(FileOf(step)!).StartsWith("R__", StringComparison.Ordinal);

    private static string? FileOf(StepSettings step) => step.Settings["up"] is System.Text.Json.Nodes.JsonValue value && value.TryGetValue<string>(out var path) ? path : null;
}
