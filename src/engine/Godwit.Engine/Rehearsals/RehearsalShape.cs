using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Rehearsals;

/// <summary>What a runbook says about its rehearsals. None of it is part of the plan: it says what a rehearsal does, not what a run does.</summary>
public static class RehearsalShape
{
    public const string Key = "rehearsal";

    private const string EffectsKey = "effects", SkipKey = "skip", VariablesKey = "variables", SourcesKey = "sources";

    private static readonly Shape.Text s_id = new("[A-Za-z0-9][A-Za-z0-9_.-]{0,62}") { Expected = "the id of a step", MaxLength = 63 };

    private static readonly Shape.Text s_line = new(@"[^\r\n]*\S[^\r\n]*") { Expected = "one line of text", MaxLength = 500 };

    private static readonly Shape.Text s_variable = new("[A-Za-z_][A-Za-z0-9_]{0,127}") { Expected = "the name of a variable", MaxLength = 128 };

    private static readonly Shape.Map s_replacement = new(
        new Field("value", new Shape.Text { MaxLength = 4000 }, "What it is in a rehearsal"),
        new Field("env", s_variable, "Another variable, whose value it has in a rehearsal: for what is a secret"))
    {
        Short = "value",
        Name = "rehearsed variable",
        Description = "A variable that is another one in a rehearsal",
    };

    public static Shape.Map Shape { get; } = new(
        new Field(VariablesKey, new Shape.Named(s_replacement), "Variables that are others in a rehearsal, such as the addresses of services"),
        new Field(EffectsKey, new Shape.List(s_id) { Max = 1000 }, "Steps that are carried out in a rehearsal although they reach beyond the copy: with `variables` they reach something that is there for rehearsals"),
        new Field(SkipKey, new Shape.List(s_id) { Max = 1000 }, "Steps that are left out of rehearsals, such as one that waits for live traffic"),
        new Field(SourcesKey, new Shape.Named(new Shape.OneOf([],
        [
            new("env", s_variable, "An environment variable that holds the URL or path"),
            new("file", s_line, "A file that holds the URL"),
            new("path", s_line, "A database file, such as SQLite's, by its path; relative to the runbook"),
        ]) { Name = "rehearsed source", Description = "Where a rehearsal finds a source" }), "Where rehearsals find sources; a SQLite file that is not named here is copied"))
    {
        Name = "rehearsal",
        Description = "What is otherwise in a rehearsal",
    };

    /// <summary>What does not fit the rest of the runbook.</summary>
    public static IEnumerable<Finding> FindFaults(Runbook runbook, Func<string, Place.InFile?> at)
    {
        if (runbook.Rehearsal is not { } rehearsal) yield break;
        var steps = runbook.Phases.SelectMany(p => p.Steps).Select(s => s.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var key in (string[])[EffectsKey, SkipKey])
        {
            foreach (var (i, id) in rehearsal.Texts(key).Index().Where(s => !steps.Contains(s.Item))) yield return Unknown("step", id, steps, at($"/{key}/{i}"));
        }
        foreach (var (name, _) in rehearsal.NamedMaps(SourcesKey).Where(s => !runbook.Sources.ContainsKey(s.Key))) yield return Unknown("source", name, runbook.Sources.Keys, at($"/{SourcesKey}/{name}"));
        foreach (var (name, value) in rehearsal.NamedMaps(VariablesKey).Where(v => v.Value.Has("value") == v.Value.Has("env")))
            yield return Finding.Error(FindingCodes.RunbookValue, $"The variable \"{name}\" needs either \"value\" or \"env\"", at($"/{VariablesKey}/{name}"));
    }

    public static RehearsalSettings Read(JsonObject? rehearsal) => rehearsal is null ? new RehearsalSettings() : new RehearsalSettings
    {
        Effects = rehearsal.Texts(EffectsKey).ToHashSet(StringComparer.Ordinal),
        Skip = rehearsal.Texts(SkipKey).ToHashSet(StringComparer.Ordinal),
        Variables = rehearsal.NamedMaps(VariablesKey).ToDictionary(v => v.Key, v => new ReplacedVariable(v.Value.TextOrNull("value"), v.Value.TextOrNull("env")), StringComparer.Ordinal),
        Sources = rehearsal.NamedMaps(SourcesKey).ToDictionary(s => s.Key, s => new ValueFrom(s.Value.TextOrNull("env"), s.Value.TextOrNull("file"), s.Value.TextOrNull("path")), StringComparer.Ordinal),
    };

    private static Finding Unknown(string what, string name, IEnumerable<string> known, Place.InFile? place)
    {
        var meant = Suggestion.For(name, known);
        return Finding.Error(FindingCodes.RunbookValue, $"There is no {what} \"{name}\" in the runbook", place, meant is null ? $"Name a {what} of the runbook" : $"Did you mean \"{meant}\"?");
    }
}
