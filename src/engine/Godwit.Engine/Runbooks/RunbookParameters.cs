using System.Text.Json.Nodes;
using Godwit.Documents;
using Godwit.Documents.Shapes;
using Godwit.Model.Findings;

namespace Godwit.Engine.Runbooks;

/// <summary>The parameters that a runbook and its parts declare, and what they are in this run.</summary>
/// <param name="Values">Every declared parameter; empty text where it has no value, which is a finding.</param>
internal sealed record RunbookParameters(IReadOnlyDictionary<string, string> Values, IReadOnlyList<Finding> Findings)
{
    /// <param name="files">In the order in which they are merged: the runbook itself last.</param>
    public static RunbookParameters Collect(IReadOnlyList<RunbookSource> files, IReadOnlyDictionary<string, string> set, ShapeCodes codes)
    {
        var findings = new List<Finding>();
        var declared = new Dictionary<string, (string? Default, Place.InFile Place)>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            foreach (var (name, value, place) in Declarations(file, codes))
            {
                if (!file.IsRoot && declared.TryGetValue(name, out var first))
                    findings.Add(Finding.Error(FindingCodes.DeclaredTwice, $"The parameter \"{name}\" is declared in {first.Place} too", place, "Declare it in the runbook itself, which overrides what it includes"));
                declared[name] = (value, place);
            }
        }
        foreach (var name in set.Keys.Where(n => !declared.ContainsKey(n)))
        {
            var meant = Suggestion.For(name, declared.Keys);
            findings.Add(Finding.Error(
                FindingCodes.ParameterUnknown, $"--set names the parameter \"{name}\", which is not declared", null,
                meant is not null ? $"Did you mean \"{meant}\"?" : declared.Count > 0 ? "Declared are: " + string.Join(", ", declared.Keys) : "The runbook declares none"));
        }
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, (otherwise, place)) in declared)
        {
            var value = set.GetValueOrDefault(name) ?? otherwise;
            if (value is null)
                findings.Add(Finding.Error(FindingCodes.ParameterValue, $"The parameter \"{name}\" has no value", place, $"Give it by --set {name}=…, or write a default"));
            else if (value.Contains('\0', StringComparison.Ordinal))
                findings.Add(Finding.Error(FindingCodes.ParameterValue, $"The value of the parameter \"{name}\" holds a NUL character", place));
            values[name] = value ?? "";
        }
        return new RunbookParameters(values, findings);
    }

    /// <summary>Read by themselves first, since the rest of the file can be read only with their values; what is wrong with them is told when the whole file is read.</summary>
    private static IEnumerable<(string Name, string? Default, Place.InFile Place)> Declarations(RunbookSource file, ShapeCodes codes)
    {
        if (file.Root["parameters"] is not { } node) yield break;
        var reading = ShapeReader.Read(node, RunbookShape.Parameters, new ShapeSource(file.Path, file.Folder, file.Below, codes));
        foreach (var (name, value) in reading.Value as JsonObject ?? [])
            yield return (name, value!.AsObject().TextOrNull("default"), reading.Places[JsonPointer.Below(JsonPointer.Root, name)]);
    }
}
