using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Security.Masking;

namespace Godwit.Engine.Secrets;

/// <summary>A text that stands in the runbook, or in a variable of the machine that runs it: a header, a variable of a command.</summary>
/// <param name="Literal">What stands in the runbook.</param>
/// <param name="Variable">The variable that holds it otherwise.</param>
/// <param name="Before">What is put in front of it: <c>Bearer </c>.</param>
public sealed record OutsideValue(string? Literal, string? Variable, string Before)
{
    public static Shape.Text VariableName { get; } = new("[A-Za-z_][A-Za-z0-9_]{0,127}") { Expected = "the name of an environment variable", MaxLength = 128 };

    public static Shape.Map Shape { get; } = new(
        new Field("value", new Shape.Text(), "The text itself"),
        new Field("env", VariableName, "The variable that holds it instead, for what is secret; with `_FILE` after its name, one that holds the path of a file with it"),
        new Field("before", new Shape.Text { MaxLength = 100 }, "What is put in front of it, such as \"Bearer \"") { Default = "" })
    {
        Short = "value",
        Name = "value from outside",
        Description = "A text that stands here, or in a variable where `godwit` runs",
    };

    public static OutsideValue Read(JsonObject settings) => new(settings.TextOrNull("value"), settings.TextOrNull("env"), settings.TextOrNull("before") ?? "");

    /// <summary>The values below a key, by name.</summary>
    public static IReadOnlyList<KeyValuePair<string, OutsideValue>> ReadAll(JsonObject settings, string key) =>
        [.. settings.NamedMaps(key).Select(p => KeyValuePair.Create(p.Key, Read(p.Value)))];

    /// <summary>What is wrong with values by name: none or both of the two, or a secret that stands in the runbook.</summary>
    public static IEnumerable<Finding> Check(IEnumerable<KeyValuePair<string, OutsideValue>> values, Place.InFile? place)
    {
        foreach (var (name, value) in values)
        {
            if (value.Literal is null == value.Variable is null)
                yield return Finding.Error(FindingCodes.KindSettings, $"\"{name}\" needs either a value or the variable that holds it (env)", place);
            else if (value.Literal is { Length: > 0 } && SecretNames.IsSecret(name) && !IsName(value.Literal))
                yield return Finding.Error(FindingCodes.RunbookSecret, $"\"{name}\" is the name of a secret, and its value stands in the runbook", place, "Write {env: VARIABLE}, and set the variable where godwit runs.");
        }

        // A path of a secret's file is none: PGPASSFILE, TOKEN_FILE.
        static bool IsName(string text) => text.StartsWith('/') || text is "true" or "false";
    }

    /// <summary>The text; null when the variable is not there. What came from outside is added to <paramref name="secrets"/>.</summary>
    public string? Resolve(IRunEnvironment environment, SecretValues secrets)
    {
        if (Literal is not null) return Before + Literal;
        if (Find(environment, Variable!) is not { } found) return null;
        secrets.Add(found);
        return Before + found;
    }

    /// <summary>A variable whose file cannot be read is not there.</summary>
    public static string? Find(IRunEnvironment environment, string name)
    {
        try
        {
            return environment.Find(name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
