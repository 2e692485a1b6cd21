using System.Text.Json;
using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Secrets;
using Godwit.Model.Findings;
using Godwit.Security.Masking;

namespace Godwit.Engine.Requests;

/// <summary>What does not fit together in a file of requests.</summary>
/// <param name="at">The place of a value by its JSON pointer.</param>
internal sealed class RequestFileCheck(Func<string, Place.InFile> at)
{
    private const string HowToGive = "Declare it under \"variables\" as {env: VARIABLE}, and write ${name} here";

    private static readonly string[] s_bodies = ["json", "form", "text"];

    private readonly List<Finding> _findings = [];

    public IReadOnlyList<Finding> Check(JsonObject document)
    {
        foreach (var (name, value) in OutsideValue.ReadAll(document, "variables")) _findings.AddRange(OutsideValue.Check([KeyValuePair.Create(name, value)], at($"/variables/{name}")));
        var declared = document.NamedMaps("variables").Select(v => v.Key).ToHashSet(StringComparer.Ordinal);
        FindTwice(document.Maps("scenarios").Select(s => s.Text("name")), "/scenarios", "scenarios");
        foreach (var (i, scenario) in document.Maps("scenarios").Index())
        {
            var known = new HashSet<string>(declared, StringComparer.Ordinal);
            var pointer = $"/scenarios/{i}/requests";
            FindTwice(scenario.Maps("requests").Select(r => r.Text("name")), pointer, "requests of a scenario");
            foreach (var (j, request) in scenario.Maps("requests").Index())
            {
                CheckRequest(request, $"{pointer}/{j}", known);
                foreach (var (name, capture) in request.NamedMaps("capture"))
                {
                    CheckExpression(capture, "matches", $"{pointer}/{j}/capture/{name}");
                    known.Add(name);
                }
            }
        }
        return _findings;
    }

    private void CheckRequest(JsonObject request, string pointer, HashSet<string> known)
    {
        var path = request.Text("path");
        CheckText(path, $"{pointer}/path", known);
        if (!path.StartsWith('/') && !VariableText.Parse(path).IsOneName) Add(FindingCodes.RequestsDoNotFit, "A path begins with /, or is a variable alone", $"{pointer}/path", "The URL that it stands below is given when the file is used");
        else if (path.Contains('?', StringComparison.Ordinal)) CheckQuery(path[(path.IndexOf('?', StringComparison.Ordinal) + 1)..], $"{pointer}/path");
        foreach (var (name, value) in request.NamedTexts("headers"))
        {
            CheckText(value, $"{pointer}/headers/{name}", known);
            CheckSecret(name, value, $"{pointer}/headers/{name}", isError: true);
        }
        CheckBody(request, pointer, known);
        CheckExpectation(request.Map("expect"), $"{pointer}/expect", known);
    }

    private void CheckBody(JsonObject request, string pointer, HashSet<string> known)
    {
        var bodies = s_bodies.Where(request.Has).ToList();
        if (bodies.Count > 1) Add(FindingCodes.RequestsDoNotFit, $"A request sends one of {string.Join(" and ", bodies)}", $"{pointer}/{bodies[1]}");
        if (bodies.Count > 0 && request.Text("method") is "GET" or "HEAD") Add(FindingCodes.RequestsDoNotFit, $"A {request.Text("method")} request sends nothing", $"{pointer}/{bodies[0]}", "Say which method it is: POST, PUT or PATCH");
        if (bodies.Count == 0 && request.Has("content_type")) Add(FindingCodes.RequestsDoNotFit, "A media type is that of what is sent, and nothing is", $"{pointer}/content_type");
        foreach (var (name, value) in request.NamedTexts("form"))
        {
            CheckText(value, $"{pointer}/form/{name}", known);
            CheckSecret(name, value, $"{pointer}/form/{name}", isError: false);
        }
        if (request.TextOrNull("text") is { } text) CheckText(text, $"{pointer}/text", known);
        if (request.TextOrNull("json") is not { } json) return;
        CheckText(json, $"{pointer}/json", known);
        try
        {
            foreach (var (name, value) in Members(JsonNode.Parse(json))) CheckSecret(name, value, $"{pointer}/json", isError: false);
        }
        catch (JsonException e)
        {
            Add(FindingCodes.RequestsDoNotFit, $"What is sent is no JSON: line {(e.LineNumber ?? 0) + 1} of it", $"{pointer}/json", "A variable stands inside of a string: \"${name}\"");
        }
        catch (ArgumentException)
        {
            Add(FindingCodes.RequestsDoNotFit, "What is sent names a member twice", $"{pointer}/json");
        }
    }

    private void CheckExpectation(JsonObject expect, string pointer, HashSet<string> known)
    {
        foreach (var (name, header) in expect.NamedMaps("headers"))
        {
            CheckExpression(header, "matches", $"{pointer}/headers/{name}");
            if (header.TextOrNull("equals") is { } equals) CheckText(equals, $"{pointer}/headers/{name}", known);
            if (header.Flag("absent") && (header.Has("equals") || header.Has("matches"))) Add(FindingCodes.RequestsDoNotFit, "A header that must not be there has no value", $"{pointer}/headers/{name}");
        }
        foreach (var (i, text) in expect.Texts("contains").Index()) CheckText(text, $"{pointer}/contains/{i}", known);
        foreach (var (i, json) in expect.Maps("json").Index())
        {
            CheckExpression(json, "matches", $"{pointer}/json/{i}");
            if (json.TextOrNull("expect") is { } expected) CheckText(expected, $"{pointer}/json/{i}/expect", known);
        }
    }

    private void CheckExpression(JsonObject settings, string name, string pointer)
    {
        if (settings.TextOrNull(name) is { } pattern && !UserExpression.IsValid(pattern)) Add(FindingCodes.RequestsDoNotFit, "The regular expression is none", $"{pointer}/{name}");
    }

    private void CheckText(string text, string pointer, HashSet<string> known)
    {
        var parsed = VariableText.Parse(text);
        if (parsed.IsBroken) Add(FindingCodes.RequestsDoNotFit, "After ${ there is no variable's name that ends with }", pointer, "Write ${name}, or $${ for the text ${ itself");
        foreach (var name in parsed.Names.Where(n => !known.Contains(n)).Distinct(StringComparer.Ordinal))
        {
            var meant = Suggestion.For(name, known);
            Add(FindingCodes.RequestsDoNotFit, $"There is no variable \"{name}\" here", pointer, meant is null ? "Declare it under \"variables\", or capture it from an earlier answer of the scenario" : $"Did you mean \"{meant}\"?");
        }
    }

    private void CheckQuery(string query, string pointer)
    {
        foreach (var part in query.Split('&').Select(p => p.Split('=', 2)).Where(p => p.Length == 2)) CheckSecret(part[0], part[1], pointer, isError: true);
    }

    /// <summary>What is sent may be wrong on purpose: there a value that stands in the file is a warning.</summary>
    private void CheckSecret(string name, string value, string pointer, bool isError)
    {
        if (value.Length == 0 || !SecretNames.IsSecret(name) || !VariableText.Parse(value).IsLiteral) return;
        var message = $"\"{name}\" is the name of a secret, and its value stands in the file";
        _findings.Add(isError ? Finding.Error(FindingCodes.RunbookSecret, message, at(pointer), HowToGive) : Finding.Warning(FindingCodes.RunbookSecret, message, at(pointer), HowToGive));
    }

    private static IEnumerable<(string Name, string Value)> Members(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(p => p.Value is JsonValue value && value.TryGetValue<string>(out var text) ? [(p.Key, text)] : Members(p.Value)),
        JsonArray list => list.SelectMany(Members),
        _ => [],
    };

    private void FindTwice(IEnumerable<string> names, string pointer, string what)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (i, name) in names.Index())
        {
            if (!seen.Add(name)) Add(FindingCodes.RequestsDoNotFit, $"Two {what} have the name \"{name}\"", $"{pointer}/{i}/name");
        }
    }

    private void Add(FindingCode code, string message, string pointer, string? remedy = null) => _findings.Add(Finding.Error(code, message, at(pointer), remedy));
}
