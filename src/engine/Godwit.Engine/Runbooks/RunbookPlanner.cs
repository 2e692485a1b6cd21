using Godwit.Documents.Shapes;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Runbooks;

/// <summary>Resolves a runbook into a plan: takes in its files, has each kind check its steps, and makes the hash that people approve. Needs no database.</summary>
public sealed class RunbookPlanner(RunbookKinds kinds)
{
    /// <param name="runbook">As <see cref="RunbookReader"/> read it.</param>
    /// <param name="schema">The fingerprint of the target's catalog, where the plan is made for a target.</param>
    public RunbookPlanning Plan(Runbook runbook, string? schema = null)
    {
        var files = PlannedFiles.Read(runbook, kinds);
        var findings = CheckKinds(runbook, files);
        if (findings.Exists(f => f.Severity == Severity.Error)) return new RunbookPlanning(null, findings);
        return new RunbookPlanning(RunbookPlanJson.WithHash(new RunbookPlan
        {
            Name = runbook.Name,
            Parameters = runbook.Parameters,
            Roles = runbook.Roles,
            Approvals = runbook.Approvals,
            ApprovalsValid = runbook.ApprovalsValid,
            Sources = runbook.Sources,
            Tripwires = runbook.Tripwires,
            Notices = runbook.Notices,
            Mail = runbook.Mail,
            OnCall = runbook.OnCall,
            Timetable = runbook.Timetable,
            Rollback = runbook.Rollback,
            Backups = runbook.Backups,
            PersonalData = runbook.PersonalData,
            KeepOld = runbook.KeepOld,
            Phases = [.. runbook.Phases.Select(WithoutPlaces)],
            Files = files.Files,
            Schema = schema,
        }), findings);
    }

    /// <summary>What the kinds say about the steps and gates of a runbook that cannot be planned yet: <see cref="RunbookReading.Draft"/>.</summary>
    public IReadOnlyList<Finding> Check(Runbook draft) => CheckKinds(draft, PlannedFiles.Read(draft, kinds));

    private List<Finding> CheckKinds(Runbook runbook, PlannedFiles files)
    {
        var findings = new List<Finding>(files.Findings);
        foreach (var phase in runbook.Phases)
        {
            foreach (var gate in phase.Gates) findings.AddRange([.. CheckGate(gate, files), .. SourcesOfChecks.Check(gate.Settings, runbook.Sources, gate.At)]);
            foreach (var step in phase.Steps) findings.AddRange([.. CheckStep(step, files, runbook), .. SourcesOfChecks.Check(step.Settings, runbook.Sources, step.At)]);
        }
        return findings;
    }

    private IEnumerable<Finding> CheckGate(GateSettings gate, PlannedFiles files)
    {
        var kind = kinds.Gate(gate.Kind);
        return files.Hold(gate.Settings, kind.Shape) ? kind.Check(gate, files.Files) : [];
    }

    private List<Finding> CheckStep(StepSettings step, PlannedFiles files, Runbook runbook)
    {
        var kind = kinds.Step(step.Kind);
        if (!files.Hold(step.Settings, kind.Shape)) return [];
        var findings = kind.Check(step, files.Files).ToList();
        if (kind is IReadsSources reader) findings.AddRange(CheckSources(step, reader, runbook.Sources));
        if (kind is IReplacesSources replacing) findings.AddRange(CheckReplaced(step, replacing, runbook));
        if (findings.Exists(f => f.Severity == Severity.Error)) return findings;
        if (step.Irreversible is { } declared)
        {
            findings.Add(Finding.Note(FindingCodes.PointOfNoReturn, $"Step \"{step.Id}\" is a point of no return: {declared}", step.Place));
        }
        else if (kinds.Bind(step, files.Files).Irreversible is { } reason)
        {
            findings.Add(Finding.Error(
                FindingCodes.IrreversibleUndeclared, $"Step \"{step.Id}\" cannot be undone, and does not declare it: {reason}", step.Place,
                "Give it what it needs to be undone, or declare \"irreversible: reason\""));
        }
        return findings;
    }

    private static IEnumerable<Finding> CheckSources(StepSettings step, IReadsSources reader, IReadOnlyDictionary<string, ValueFrom> sources)
    {
        foreach (var (pointer, name) in reader.SourcesOf(step).Where(s => !sources.ContainsKey(s.Source)))
        {
            var meant = Suggestion.For(name, sources.Keys);
            yield return Finding.Error(
                FindingCodes.SourceUndeclared, $"The source \"{name}\" is not declared", step.At(pointer),
                meant is null ? "Declare it under \"sources\", with where it is found" : $"Did you mean \"{meant}\"?");
        }
    }

    /// <summary>As far as the runbook shows it: two variables may hold the same address, which the step finds out.</summary>
    private static IEnumerable<Finding> CheckReplaced(StepSettings step, IReplacesSources kind, Runbook runbook) =>
        from named in kind.SourcesOf(step)
        where runbook.Sources.TryGetValue(named.Source, out var source) && source == runbook.Target
        select Finding.Error(
            FindingCodes.RestoreIntoTarget, $"The source \"{named.Source}\" is the target itself: no run outlives the database that it is in", step.At(named.Pointer),
            "Name another database; the target itself is restored by `godwit backup restore`.");

    /// <summary>A plan is what is approved; where its runbook was written is not part of it.</summary>
    private static PhaseSettings WithoutPlaces(PhaseSettings phase) => phase with
    {
        Gates = [.. phase.Gates.Select(g => g with { Place = null, Places = null })],
        Steps = [.. phase.Steps.Select(s => s with { Place = null, Places = null })],
    };
}
