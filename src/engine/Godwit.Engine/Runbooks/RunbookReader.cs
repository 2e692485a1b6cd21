using System.Text.Json.Nodes;
using Godwit.Documents;
using Godwit.Documents.Shapes;
using Godwit.Engine.Backups;
using Godwit.Engine.PersonalData;
using Godwit.Engine.Rehearsals;
using Godwit.Engine.Rollback;
using Godwit.Engine.Tripwires;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Runbooks;

/// <summary>Reads a runbook and the files it includes (docs/runbook.md). All that is wrong is found at once, each with its file, line and column.</summary>
public sealed class RunbookReader(RunbookKinds kinds)
{
    private static readonly ShapeCodes s_codes =
        new(FindingCodes.RunbookValue, FindingCodes.RunbookKey, FindingCodes.RunbookMissing, FindingCodes.RunbookNoFile, FindingCodes.RunbookOutside);

    private static readonly IReadOnlyDictionary<string, string> s_none = new Dictionary<string, string>(StringComparer.Ordinal);

    private readonly RunbookShape _shape = new(kinds);

    /// <param name="path">The runbook, as findings name it.</param>
    /// <param name="set">Values of parameters that override those of the file.</param>
    public RunbookReading ReadFile(string path, IReadOnlyDictionary<string, string>? set = null)
    {
        var findings = new List<Finding>();
        var folder = new DocumentFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var sources = new RunbookSources(path, folder);
        var files = sources.Load();
        findings.AddRange(sources.Findings);
        if (files.Count == 0) return new RunbookReading(null, findings);

        var parameters = RunbookParameters.Collect(files, set ?? s_none, s_codes);
        findings.AddRange(parameters.Findings);
        var documents = files.Select(f => Read(f, parameters.Values, findings)).ToList();
        var merge = new RunbookMerge(_shape, documents);
        var runbook = merge.Merge(folder.Root, parameters.Values);
        findings.AddRange(merge.Findings);
        findings.AddRange(CheckRollback(runbook, documents, Wrong(findings)));
        findings.AddRange(CheckTripwires(runbook, documents, Wrong(findings)));
        findings.AddRange(RunbookPeople.Check(runbook, documents, Wrong(findings)));
        if (runbook.Backups is { } backups && !new SettingsPlaces(documents[^1].Places, "/backups").Overlaps(Wrong(findings))) findings.AddRange(BackupsShape.FindFaults(backups, pointer => documents[^1].At("/backups" + pointer)));
        if (runbook.PersonalData is { } personal && !new SettingsPlaces(documents[^1].Places, "/" + PersonalDataShape.Key).Overlaps(Wrong(findings))) findings.AddRange(PersonalDataShape.FindFaults(personal, pointer => documents[^1].At($"/{PersonalDataShape.Key}{pointer}")));
        if (Wrong(findings).Count == 0) findings.AddRange(RehearsalShape.FindFaults(runbook, pointer => documents[^1].At($"/{RehearsalShape.Key}{pointer}")));
        var wrong = Wrong(findings);
        return new RunbookReading(findings.Exists(f => f.Severity == Severity.Error) ? null : runbook, Sort(findings, path)) { Draft = Without(runbook, documents, wrong) };
    }

    private static HashSet<Place> Wrong(List<Finding> findings) => findings.Where(f => f is { Severity: Severity.Error, Place: not null }).Select(f => f.Place!).ToHashSet();

    /// <summary>What does not fit together in it; of one that could not be read, that is said already.</summary>
    private static IEnumerable<Finding> CheckRollback(Runbook runbook, List<RunbookDocument> documents, HashSet<Place> wrong) =>
        documents[^1] is var root && runbook.Rollback is { } rollback && !IsRollbackWrong(documents, wrong) ? [
            .. RollbackShape.FindFaults(rollback, [.. runbook.Roles.Keys], pointer => root.At("/rollback" + pointer)),
            .. rollback.Maps(RollbackShape.AttestedKey).Where(b => runbook.Phases.SelectMany(p => p.Gates).Any(g => g.Id == b.Text("id")))
                .Select(b => Finding.Error(FindingCodes.DuplicateId, $"A gate and a box after a rollback have the id \"{b.Text("id")}\"", root.At("/rollback"), "Write another id")),
        ]
        : [];

    private static bool IsRollbackWrong(List<RunbookDocument> documents, HashSet<Place> wrong) => documents.Exists(d => new SettingsPlaces(d.Places, "/rollback").Overlaps(wrong));
    private static IEnumerable<Finding> CheckTripwires(Runbook runbook, IReadOnlyList<RunbookDocument> documents, HashSet<Place> wrong)
    {
        var ids = new Dictionary<string, Place.InFile>(StringComparer.Ordinal);
        foreach (var (document, index, item) in documents.SelectMany(d => d.Value.Maps("tripwires").Index().Select(t => (d, t.Index, t.Item))))
        {
            var pointer = JsonPointer.Below("/tripwires", index);
            var place = document.At(pointer);
            if (item.TextOrNull("id") is { } id && !ids.TryAdd(id, place)) yield return Finding.Error(FindingCodes.DuplicateId, $"Two tripwires have the id \"{id}\", the first in {ids[id]}", place, "Write another id");
            // Of one that could not be read, that is said already.
            if (new SettingsPlaces(document.Places, pointer).Overlaps(wrong)) continue;
            foreach (var finding in TripwireShape.FindFaults(item, place)) yield return finding;
            foreach (var finding in TripwireShape.FindSourceFaults(item, runbook.Sources, place)) yield return finding;
        }
    }


    private static Runbook Without(Runbook runbook, List<RunbookDocument> documents, HashSet<Place> wrong) => wrong.Count == 0 ? runbook : runbook with
    {
        Backups = new SettingsPlaces(documents[^1].Places, "/backups").Overlaps(wrong) ? null : runbook.Backups,
        Rollback = IsRollbackWrong(documents, wrong) ? null : runbook.Rollback,
        Phases = [.. runbook.Phases.Select(p => p with
        {
            Gates = [.. p.Gates.Where(g => g.Places?.Overlaps(wrong) != true)],
            Steps = [.. p.Steps.Where(s => s.Places?.Overlaps(wrong) != true)],
        })],
    };

    private RunbookDocument Read(RunbookSource file, IReadOnlyDictionary<string, string> parameters, List<Finding> findings)
    {
        var substitution = new ParameterSubstitution(file.Path, parameters);
        var root = substitution.Apply(file.Root);
        findings.AddRange(substitution.Findings);
        var secrets = new SecretSearch(file.Path);
        root = secrets.Apply(root);
        findings.AddRange(secrets.Findings);
        findings.AddRange(PhaseOrder.Check(root, file.Path));

        var reading = ShapeReader.Read(root, file.IsRoot ? _shape.Document : _shape.Part, new ShapeSource(file.Path, file.Folder, file.Below, s_codes));
        // What could not be filled in has its finding; that it is not a number either would be the same said twice.
        findings.AddRange(reading.Findings.Where(f => f.Place is not Place.InFile place || !substitution.Failed.Contains(place)));
        return new RunbookDocument(file, reading.Value as JsonObject ?? [], reading.Places);
    }

    /// <summary>The runbook's own findings first, then file by file, from top to bottom.</summary>
    private static List<Finding> Sort(List<Finding> findings, string path) =>
        [.. findings.Distinct().OrderBy(f => f.Place is Place.InFile p && p.Path != path ? 1 : 0)
            .ThenBy(f => (f.Place as Place.InFile)?.Path, StringComparer.Ordinal)
            .ThenBy(f => (f.Place as Place.InFile)?.Line).ThenBy(f => (f.Place as Place.InFile)?.Column)];
}
