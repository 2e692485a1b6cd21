using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Model.Findings;

namespace Godwit.Engine.Configuration;

/// <summary>What the application's configuration has to be; one description for the step and the gate.</summary>
public sealed record ConfigSettings(string? EnvironmentFile, IReadOnlyList<ConfigRequirement> Variables, IReadOnlyList<ConfigFile> Files)
{
    private const string EnvironmentFileKey = "env_file";

    public static Shape.Map Shape { get; } = new(
        new Field(EnvironmentFileKey, new Shape.Text { MaxLength = 4000 }, "The file of NAME=value lines that the application reads, from the runbook's folder; without it the variables of `godwit` itself, or the files that NAME_FILE names. It is read when the step runs, and is no part of the plan"),
        new Field("variables", new Shape.Named(ConfigRequirement.Shape) { NamePattern = "^[A-Za-z_][A-Za-z0-9_.]{0,127}$" }, "What its variables have to be"),
        new Field("files", new Shape.List(ConfigFile.Shape) { Max = 200 }, "Files that have to be there"));

    public static ConfigSettings Read(JsonObject settings) => new(
        settings.TextOrNull(EnvironmentFileKey),
        [.. settings.NamedMaps("variables").Select(v => ConfigRequirement.Read(v.Key, v.Value))],
        [.. settings.Maps("files").Select(ConfigFile.Read)]);

    public static IEnumerable<Finding> Check(JsonObject settings, Func<string, Place.InFile?> at)
    {
        var read = Read(settings);
        if (read.Variables.Count + read.Files.Count == 0) yield return Finding.Error(FindingCodes.KindSettings, "It asks for no variable and no file", at(""));
        foreach (var variable in read.Variables)
        {
            var place = at($"/variables/{variable.Name}");
            if (variable.PatternFault() is { } fault) yield return Finding.Error(FindingCodes.KindSettings, $"The pattern of {variable.Name} is none: {fault}", place);
            if (variable is { Secret: not null, MayBePlaceholder: true }) yield return Finding.Error(FindingCodes.KindSettings, $"{variable.Name} is a secret, and a placeholder is none", place);
            if (variable.MinLength > variable.MaxLength) yield return Finding.Error(FindingCodes.KindSettings, $"The lengths of {variable.Name} leave nothing over", place);
        }
    }
}
