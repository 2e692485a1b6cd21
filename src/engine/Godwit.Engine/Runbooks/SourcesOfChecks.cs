using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Runbooks;

/// <summary>Whether the sources that checks name are there and can be asked. A kind sees its own settings only; this is what needs the whole runbook.</summary>
internal static class SourcesOfChecks
{
    /// <param name="settings">Of a step or gate.</param>
    /// <param name="sources">The runbook's.</param>
    /// <param name="at">Where a value of the settings was written.</param>
    public static IEnumerable<Finding> Check(JsonObject settings, IReadOnlyDictionary<string, ValueFrom> sources, Func<string, Place.InFile?> at)
    {
        foreach (var (pointer, name) in Find(settings, ""))
        {
            if (!sources.TryGetValue(name, out var source))
                yield return Finding.Error(FindingCodes.CheckSource, $"A check asks the source \"{name}\", which the runbook does not declare", at(pointer), "Declare it under sources");
            else if (source.Literal is not null)
                yield return Finding.Error(FindingCodes.CheckSource, $"A check asks the source \"{name}\", which is a file: checks ask PostgreSQL databases", at(pointer), "Give the source an env or file that holds a PostgreSQL URL");
        }
    }

    private static IEnumerable<(string Pointer, string Source)> Find(JsonNode? node, string pointer) => node switch
    {
        JsonObject map => map.SelectMany(m => m is { Key: "sql", Value: JsonObject sql } && sql.TextOrNull("source") is { } source && sql.Has("query")
            ? [($"{pointer}/sql/source", source)]
            : Find(m.Value, $"{pointer}/{m.Key}")),
        JsonArray list => list.SelectMany((item, i) => Find(item, $"{pointer}/{i}")),
        _ => [],
    };
}
