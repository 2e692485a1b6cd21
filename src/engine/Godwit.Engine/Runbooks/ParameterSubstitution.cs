using System.Text;
using System.Text.RegularExpressions;
using Godwit.Documents;
using Godwit.Documents.Shapes;
using Godwit.Model.Findings;

namespace Godwit.Engine.Runbooks;

/// <summary>
/// Fills <c>${name}</c> in the values of steps, gates, tripwires, notices and rollback; <c>$${</c> is <c>${</c> itself. A value that is filled in is not looked at again: there
/// is no templating language, so that a reader sees what a runbook does.
/// </summary>
internal sealed partial class ParameterSubstitution(string path, IReadOnlyDictionary<string, string> values)
{
    private static readonly string[] s_parts = ["tripwires", "notices", "rollback"], s_partsOfPhases = ["steps", "gates"];

    public List<Finding> Findings { get; } = [];

    /// <summary>Where something could not be filled in.</summary>
    public HashSet<Place.InFile> Failed { get; } = [];

    public YamlMapping Apply(YamlMapping root) => Change(root, entry => entry.Key.Value switch
    {
        "phases" when entry.Value is YamlMapping phases => Change(phases, phase => phase.Value is YamlMapping parts
            ? Change(parts, part => s_partsOfPhases.Contains(part.Key.Value, StringComparer.Ordinal) ? Fill(part.Value) : part.Value)
            : phase.Value),
        var name when s_parts.Contains(name, StringComparer.Ordinal) => Fill(entry.Value),
        _ => entry.Value,
    });

    private static YamlMapping Change(YamlMapping mapping, Func<YamlEntry, YamlNode> change) =>
        new([.. mapping.Entries.Select(e => new YamlEntry(e.Key, change(e)))], mapping.Line, mapping.Column);

    private YamlNode Fill(YamlNode node) => node switch
    {
        YamlScalar scalar => Fill(scalar),
        YamlSequence sequence => new YamlSequence([.. sequence.Items.Select(Fill)], sequence.Line, sequence.Column),
        YamlMapping mapping => Change(mapping, e => Fill(e.Value)),
        _ => node,
    };

    private YamlScalar Fill(YamlScalar scalar)
    {
        if (!scalar.Value.Contains("${", StringComparison.Ordinal)) return scalar;
        var text = new StringBuilder();
        var end = 0;
        foreach (Match match in Reference().Matches(scalar.Value))
        {
            text.Append(scalar.Value, end, match.Index - end).Append(ValueOf(match, scalar));
            end = match.Index + match.Length;
        }
        // Between { and } YAML wants quotes around ${name}: they say nothing about what the parameter is. One whose value is the word null, or nothing, is that
        // text; YAML's nothing was not written here.
        var filled = scalar with { Value = text.Append(scalar.Value, end, scalar.Value.Length - end).ToString(), IsPlain = true };
        return filled.IsNull ? filled with { IsPlain = false } : filled;
    }

    private string ValueOf(Match match, YamlScalar scalar)
    {
        if (match.Value == "$${") return "${";
        if (match.Groups["name"] is { Success: true, Value: var name })
        {
            if (values.TryGetValue(name, out var value)) return value;
            var meant = Suggestion.For(name, values.Keys);
            Add(scalar, $"The parameter \"{name}\" is not declared", (meant is null ? "" : $"Did you mean \"{meant}\"? ") + "Parameters are declared under \"parameters\"; $${ is the text ${ itself");
        }
        else
        {
            Add(scalar, "After ${ there is no parameter's name that ends with }", "Write ${name}, or $${ for the text ${ itself");
        }
        return match.Value;
    }

    private void Add(YamlScalar scalar, string message, string remedy)
    {
        var place = new Place.InFile(path, scalar.Line, scalar.Column);
        Findings.Add(Finding.Error(FindingCodes.ParameterUnknown, message, place, remedy));
        Failed.Add(place);
    }

    [GeneratedRegex(@"\$\$\{|\$\{((?<name>[A-Za-z][A-Za-z0-9_-]{0,62})\})?", RegexOptions.ExplicitCapture)]
    private static partial Regex Reference();
}
