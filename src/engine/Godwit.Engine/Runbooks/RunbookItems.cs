using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Godwit.Documents.Shapes;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Runbooks;

/// <summary>Turns the items of phases into steps and gates, and gives each its id.</summary>
internal sealed partial class RunbookItems(RunbookShape shape)
{
    private const int LongestId = 63;

    private readonly Dictionary<string, Place.InFile> _steps = new(StringComparer.Ordinal), _gates = new(StringComparer.Ordinal);

    public List<Finding> Findings { get; } = [];

    public IEnumerable<StepSettings> Steps(RunbookDocument document, string phase, JsonObject value)
    {
        foreach (var item in Items(document, shape.Step, phase, value, "steps"))
        {
            yield return new StepSettings
            {
                Id = TakeId(_steps, "step", item, DefaultId(item.Kind, item.Settings, shape.Step)),
                Kind = item.Kind,
                Title = item.Value.TextOrNull("title"),
                Timeout = item.Value.DurationOrNull("timeout"),
                Irreversible = item.Value.TextOrNull("irreversible"),
                Settings = item.Settings,
                Place = item.Place,
                Places = item.Places,
            };
        }
    }

    public IEnumerable<GateSettings> Gates(Phase phase, RunbookDocument document, JsonObject value)
    {
        var name = PhaseNames.Of(phase);
        foreach (var item in Items(document, shape.Gate, name, value, "gates"))
        {
            yield return new GateSettings
            {
                Id = TakeId(_gates, "gate", item, DefaultId($"{name}-{item.Kind}", item.Settings, shape.Gate, item.Kind)),
                Kind = item.Kind,
                Title = item.Value.TextOrNull("title"),
                Settings = item.Settings,
                Place = item.Place,
                Places = item.Places,
            };
        }
    }

    private sealed record Item(JsonObject Value, string Kind, JsonObject Settings, Place.InFile Place, SettingsPlaces Places);

    private static IEnumerable<Item> Items(RunbookDocument document, Shape.OneOf shape, string phase, JsonObject value, string key)
    {
        foreach (var (index, item) in value.Maps(key).Index())
        {
            // An item whose kind could not be read has its finding.
            if (item.KindOf(shape) is not { } kind) continue;
            var pointer = JsonPointer.Below($"/phases/{phase}/{key}", index);
            yield return new Item(item, kind.Key, kind.Value.DeepClone().AsObject(), document.At(pointer), new SettingsPlaces(document.Places, JsonPointer.Below(pointer, kind.Key)));
        }
    }

    private string TakeId(Dictionary<string, Place.InFile> taken, string what, Item item, string otherwise)
    {
        var written = item.Value.TextOrNull("id");
        var id = written ?? otherwise;
        if (!taken.TryAdd(id, item.Place))
        {
            Findings.Add(Finding.Error(
                FindingCodes.DuplicateId, $"Two {what}s have the id \"{id}\", the first in {taken[id]}", item.Place,
                written is null ? $"Give this {what} an id of its own: \"id: …\"" : "Write another id"));
        }
        return id;
    }

    private static string DefaultId(string lead, JsonObject settings, Shape.OneOf shape, string? kind = null)
    {
        var file = ShapeFiles.Of(settings, shape.Kinds.First(k => k.Name == (kind ?? lead)).Shape).Select(f => f.Path).FirstOrDefault();
        if (file is null) return lead;
        var stem = Path.GetFileName(file);
        // 001_users.up.sql is the migration 001_users.
        if (stem.IndexOf('.', 1) is > 0 and var dot) stem = stem[..dot];
        var id = $"{lead}-{NotInId().Replace(stem, "-")}";
        return id.Length <= LongestId ? id : id[..LongestId];
    }

    [GeneratedRegex("[^A-Za-z0-9_.-]")]
    private static partial Regex NotInId();
}
