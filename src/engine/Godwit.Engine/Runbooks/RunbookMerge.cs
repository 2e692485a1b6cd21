using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Anonymise;
using Godwit.Engine.Rehearsals;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Runbooks;

/// <summary>Makes one runbook of the files that were read, the runbook itself the last of them.</summary>
internal sealed class RunbookMerge(RunbookShape shape, IReadOnlyList<RunbookDocument> documents)
{
    private readonly RunbookDocument _root = documents[^1];

    public List<Finding> Findings { get; } = [];

    /// <summary>The runbook, as far as it could be read: with findings it is not to be used.</summary>
    public Runbook Merge(string folder, IReadOnlyDictionary<string, string> parameters)
    {
        var root = _root.Value;
        var items = new RunbookItems(shape);
        var phases = PhaseNames.All.Select(p => MergePhase(p, items)).OfType<PhaseSettings>().ToList();
        Findings.AddRange(items.Findings);
        if (phases.All(p => p.Steps.Count == 0))
            Findings.Add(Finding.Warning(FindingCodes.NothingToDo, "The runbook has no step", _root.At("/phases"), "Add one to a phase"));
        return new Runbook
        {
            Name = root.TextOrNull("name") ?? "",
            Description = root.TextOrNull("description"),
            Folder = folder,
            Target = root.MapOrNull("target") is { } target ? ReadAddress(target) : new ValueFrom(),
            Journal = root.MapOrNull("journal") is { } journal ? ReadAddress(journal) : null,
            Sources = MergeSources(),
            Parameters = parameters,
            Roles = ReadRoles(),
            Approvals = ReadApprovals(),
            Tripwires = MergeLists("tripwires", CheckTripwire),
            Notices = MergeLists("notices"),
            Backups = root.MapOrNull("backups")?.DeepClone().AsObject(),
            Rollback = root.MapOrNull("rollback")?.DeepClone().AsObject(),
            Rehearsal = root.MapOrNull(RehearsalShape.Key)?.DeepClone().AsObject(),
            Anonymise = root.MapOrNull(AnonymiseShape.Key)?.DeepClone().AsObject(),
            KeepOld = root.MapOrNull("retention")?.DurationOrNull("keep_old") ?? TimeSpan.FromDays(7),
            Phases = phases,
        };
    }

    private PhaseSettings? MergePhase(Phase phase, RunbookItems items)
    {
        var name = PhaseNames.Of(phase);
        var parts = documents.Select(d => (Document: d, Value: d.Value.MapOrNull("phases")?.MapOrNull(name))).Where(p => p.Value is not null).ToList();
        if (parts.Count == 0) return null;
        // The file that includes comes last, so its deadline holds before that of what it includes.
        var deadline = parts.Select(p => p.Value!.DurationOrNull("deadline")).LastOrDefault(d => d is not null) ?? RunbookShape.DeadlineOf(phase);
        return new PhaseSettings(
            phase, deadline,
            [.. parts.SelectMany(p => items.Gates(phase, p.Document, p.Value!))],
            [.. parts.SelectMany(p => items.Steps(p.Document, name, p.Value!))]);
    }

    private Dictionary<string, ValueFrom> MergeSources()
    {
        var sources = new Dictionary<string, ValueFrom>(StringComparer.Ordinal);
        foreach (var document in documents)
        {
            foreach (var (name, value) in document.Value.NamedMaps("sources"))
            {
                if (sources.ContainsKey(name) && document != _root)
                    Findings.Add(Finding.Error(FindingCodes.DeclaredTwice, $"The source \"{name}\" is declared in another included file too", document.At(JsonPointer.Below("/sources", name)), "Declare it in the runbook itself, which overrides what it includes"));
                sources[name] = ReadAddress(value);
            }
        }
        return sources;
    }

    private Dictionary<string, IReadOnlyList<string>> ReadRoles() =>
        (_root.Value.MapOrNull("roles") ?? []).ToDictionary(r => r.Key, r => _root.Value.Map("roles").Texts(r.Key), StringComparer.Ordinal);

    private Dictionary<Phase, IReadOnlyList<string>> ReadApprovals()
    {
        var roles = _root.Value.MapOrNull("roles") ?? [];
        var approvals = new Dictionary<Phase, IReadOnlyList<string>>();
        foreach (var (name, _) in _root.Value.MapOrNull("approvals") ?? [])
        {
            var required = _root.Value.Map("approvals").Texts(name);
            approvals[PhaseNames.Find(name)!.Value] = required;
            for (var i = 0; i < required.Count; i++)
            {
                if (roles.ContainsKey(required[i])) continue;
                var meant = Suggestion.For(required[i], roles.Select(r => r.Key));
                Findings.Add(Finding.Error(
                    FindingCodes.RoleUnknown, $"The role \"{required[i]}\" is not declared", _root.At(JsonPointer.Below($"/approvals/{name}", i)),
                    meant is null ? "Declare it under \"roles\", with the people who have it" : $"Did you mean \"{meant}\"?"));
            }
        }
        return approvals;
    }

    private JsonArray MergeLists(string key, Action<JsonObject, Place.InFile>? check = null)
    {
        var merged = new JsonArray();
        foreach (var document in documents)
        {
            foreach (var (index, item) in document.Value.Maps(key).Index())
            {
                check?.Invoke(item, document.At(JsonPointer.Below("/" + key, index)));
                merged.Add(item.DeepClone());
            }
        }
        return merged;
    }

    private void CheckTripwire(JsonObject tripwire, Place.InFile place)
    {
        if (!tripwire.Has("above") && !tripwire.Has("below"))
            Findings.Add(Finding.Error(FindingCodes.RunbookMissing, "The tripwire has no threshold", place, "Add \"above\", \"below\" or both"));
    }

    private static ValueFrom ReadAddress(JsonObject value) => new(value.TextOrNull("env"), value.TextOrNull("file"), value.TextOrNull("path"));
}
