using System.Text.Json.Nodes;
using Godwit.Documents;
using Godwit.Documents.Shapes;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Configuration;

/// <summary>What a configuration has to be, with the name of who asks for it.</summary>
public sealed record ConfigRules(string AskedBy, ConfigSettings Settings)
{
    private static readonly ShapeCodes s_codes =
        new(FindingCodes.RunbookValue, FindingCodes.RunbookKey, FindingCodes.RunbookMissing, FindingCodes.RunbookNoFile, FindingCodes.RunbookOutside);

    /// <summary>What the steps and gates of a runbook ask for, in their order.</summary>
    public static IReadOnlyList<ConfigRules> Of(Runbook runbook, string kind) =>
    [
        .. runbook.Phases.SelectMany(p => p.Gates.Where(g => g.Kind == kind).Select(g => new ConfigRules($"gate {g.Id}", ConfigSettings.Read(g.Settings)))
            .Concat(p.Steps.Where(s => s.Kind == kind).Select(s => new ConfigRules($"step {s.Id}", ConfigSettings.Read(s.Settings))))),
    ];

    /// <summary>A file of the shape that a config step or gate has.</summary>
    /// <returns>Null with findings when it cannot be read.</returns>
    public static (ConfigRules? Rules, IReadOnlyList<Finding> Findings) ReadFile(string path)
    {
        var yaml = YamlReader.ReadFile(path, FindingCodes.RunbookUnreadable);
        if (yaml.Root is null) return (null, yaml.Findings.Count > 0 ? yaml.Findings : [Finding.Error(FindingCodes.RunbookUnreadable, "The file is empty", new Place.InFile(path, 1, 1))]);
        var reading = ShapeReader.Read(yaml.Root, ConfigSettings.Shape, new ShapeSource(path, new DocumentFolder(Path.GetDirectoryName(Path.GetFullPath(path))!), "", s_codes));
        List<Finding> findings = [.. yaml.Findings, .. reading.Findings];
        var settings = reading.Value as JsonObject;
        if (settings is not null && findings.TrueForAll(f => f.Severity != Severity.Error))
            findings.AddRange(ConfigSettings.Check(settings, pointer => reading.Places.GetValueOrDefault(pointer) ?? new Place.InFile(path, 1, 1)));
        return settings is null || findings.Exists(f => f.Severity == Severity.Error) ? (null, findings) : (new ConfigRules(Path.GetFileName(path), ConfigSettings.Read(settings)), findings);
    }
}
