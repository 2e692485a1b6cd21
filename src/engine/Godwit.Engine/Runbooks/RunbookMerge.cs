using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Anonymise;
using Godwit.Engine.People;
using Godwit.Engine.PersonalData;
using Godwit.Engine.Rehearsals;
using Godwit.Engine.Rollback;
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
            ApprovalsValid = root.MapOrNull("approvals")?.DurationOrNull(ApprovalShape.ValidKey) ?? Demand.DefaultValid,
            Tripwires = MergeLists("tripwires"),
            Notices = MergeLists("notices"),
            Mail = root.MapOrNull("mail")?.DeepClone().AsObject(),
            OnCall = root.MapOrNull("oncall")?.DeepClone().AsObject(),
            Timetable = root.MapOrNull("timetable")?.DeepClone().AsObject(),
            Backups = root.MapOrNull("backups")?.DeepClone().AsObject(),
            Rollback = MergeRollback(),
            Rehearsal = root.MapOrNull(RehearsalShape.Key)?.DeepClone().AsObject(),
            Anonymise = root.MapOrNull(AnonymiseShape.Key)?.DeepClone().AsObject(),
            PersonalData = root.MapOrNull(PersonalDataShape.Key)?.DeepClone().AsObject(),
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
            [.. parts.SelectMany(p => items.Steps(p.Document, name, p.Value!))])
        {
            Estimate = parts.Select(p => p.Value!.DurationOrNull("estimate")).LastOrDefault(e => e is not null),
        };
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

    private IReadOnlyDictionary<Phase, IReadOnlyList<RequiredApproval>> ReadApprovals()
    {
        if (_root.Value.MapOrNull("approvals") is not { } settings) return new Dictionary<Phase, IReadOnlyList<RequiredApproval>>();
        var approvals = ApprovalShape.Read(settings);
        var roles = (_root.Value.MapOrNull("roles") ?? []).Select(r => r.Key).ToList();
        // Who declares none leaves it to the target who has them; who declares some has forgotten or mistyped one.
        if (roles.Count == 0) return approvals;
        foreach (var (phase, required) in approvals)
        {
            foreach (var (i, approval) in required.Index().Where(r => !roles.Exists(d => RoleName.Same(d, r.Item.Role))))
            {
                var meant = Suggestion.For(approval.Role, roles);
                Findings.Add(Finding.Error(
                    FindingCodes.RoleUnknown, $"The role \"{approval.Role}\" is not declared", _root.At(JsonPointer.Below($"/approvals/{PhaseNames.Of(phase)}", i)),
                    meant is null ? "Declare it under \"roles\", with the people who have it" : $"Did you mean \"{meant}\"?"));
            }
        }
        return approvals;
    }

    /// <summary>The runbook's own, and then what files that it includes look at: of its own items the places stay what they were.</summary>
    private JsonObject? MergeRollback()
    {
        var merged = _root.Value.MapOrNull("rollback")?.DeepClone().AsObject();
        foreach (var part in documents.Where(d => d != _root).Select(d => d.Value.MapOrNull("rollback")).OfType<JsonObject>())
        {
            merged ??= new JsonObject { [RollbackShape.WithinKey] = RollbackShape.DefaultWithin };
            foreach (var (key, items) in part.Where(p => p.Value is JsonArray))
                merged[key] = new JsonArray([.. (merged[key] as JsonArray ?? []).Concat(items!.AsArray()).Select(i => i!.DeepClone())]);
        }
        return merged;
    }

    private JsonArray MergeLists(string key, Action<JsonObject, Place.InFile>? check = null)
    {
        var merged = new JsonArray();
        foreach (var document in documents)
        {
            foreach (var item in document.Value.Maps(key)) merged.Add(item.DeepClone());
        }
        return merged;
    }

    private static ValueFrom ReadAddress(JsonObject value) => new(value.TextOrNull("env"), value.TextOrNull("file"), value.TextOrNull("path"));
}
