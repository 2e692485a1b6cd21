using System.Text.Json.Nodes;
using Godwit.Documents;
using Godwit.Documents.Shapes;
using Godwit.Engine.Secrets;
using Godwit.Model.Findings;

namespace Godwit.Engine.Requests;

/// <summary>Reads a file of requests. All that is wrong is found at once, each with its file, line and column.</summary>
public static class RequestFileReader
{
    private static readonly ShapeCodes s_codes =
        new(FindingCodes.RunbookValue, FindingCodes.RunbookKey, FindingCodes.RunbookMissing, FindingCodes.RunbookNoFile, FindingCodes.RunbookOutside);

    /// <returns>Null with findings when an error is among them.</returns>
    public static (RequestFile? File, IReadOnlyList<Finding> Findings) ReadFile(string path) => Read(YamlReader.ReadFile(path, FindingCodes.RequestsUnreadable), path);

    /// <param name="text">Its content.</param>
    /// <param name="path">As findings name it.</param>
    public static (RequestFile? File, IReadOnlyList<Finding> Findings) Read(string text, string path) => Read(YamlReader.Read(text, path, FindingCodes.RequestsUnreadable), path);

    private static (RequestFile? File, IReadOnlyList<Finding> Findings) Read(YamlReading yaml, string path)
    {
        if (yaml.Root is null) return (null, yaml.Findings.Count > 0 ? yaml.Findings : [Finding.Error(FindingCodes.RequestsUnreadable, "The file is empty", new Place.InFile(path, 1, 1))]);
        var reading = ShapeReader.Read(yaml.Root, RequestFileShape.Document, new ShapeSource(path, new DocumentFolder("."), "", s_codes));
        List<Finding> findings = [.. yaml.Findings, .. reading.Findings];
        if (reading.Value is not JsonObject document || findings.Exists(f => f.Severity == Severity.Error)) return (null, findings);
        var check = new RequestFileCheck(pointer => reading.Places.GetValueOrDefault(pointer) ?? new Place.InFile(path, 1, 1));
        findings.AddRange(check.Check(document));
        return findings.Exists(f => f.Severity == Severity.Error) ? (null, findings) : (Build(document), findings);
    }

    private static RequestFile Build(JsonObject document) => new()
    {
        Variables = OutsideValue.ReadAll(document, "variables"),
        Scenarios = [.. document.Maps("scenarios").Select(s => new Scenario(s.Text("name"), (int)s.Whole("weight"), [.. s.Maps("requests").Select(Request)]))],
    };

    private static ScenarioRequest Request(JsonObject request) => new()
    {
        Name = request.Text("name"),
        Method = request.Text("method"),
        Path = VariableText.Parse(request.Text("path")),
        Headers = Texts(request, "headers"),
        Body = Body(request),
        Redirects = (int)request.Whole("redirects"),
        Timeout = request.Duration("timeout"),
        Expect = Expect(request.Map("expect")),
        Captures = [.. request.NamedMaps("capture").Select(c => new Capture(c.Key, c.Value.TextOrNull("json"), c.Value.TextOrNull("header"), UserExpression.Find(c.Value.TextOrNull("matches"))))],
    };

    private static RequestBody? Body(JsonObject request)
    {
        var type = request.TextOrNull("content_type");
        // Written again, so that variables stand in strings only, whose escapes are known.
        if (request.TextOrNull("json") is { } json) return new RequestBody.Json(VariableText.Parse(JsonNode.Parse(json)?.ToJsonString() ?? "null"), type ?? "application/json");
        if (request.Has("form")) return new RequestBody.Form(Texts(request, "form"), type ?? "application/x-www-form-urlencoded");
        return request.TextOrNull("text") is { } text ? new RequestBody.Text(VariableText.Parse(text), type ?? "text/plain; charset=utf-8") : null;
    }

    private static AnswerExpectation Expect(JsonObject expect) => new()
    {
        Statuses = [.. (expect["status"] as JsonArray ?? []).Select(s => (int)s!.GetValue<long>())],
        Headers = [.. expect.NamedMaps("headers").Select(h => new ExpectedHeader(h.Key, Text(h.Value, "equals"), UserExpression.Whole(h.Value.TextOrNull("matches")), h.Value.Flag("absent")))],
        Contains = [.. expect.Texts("contains").Select(VariableText.Parse)],
        Json = [.. expect.Maps("json").Select(Json)],
        Within = expect.DurationOrNull("within"),
    };

    private static ExpectedJson Json(JsonObject json)
    {
        var (equal, matches) = (Text(json, "expect"), UserExpression.Whole(json.TextOrNull("matches")));
        var (least, most) = (json.NumberOrNull("at_least"), json.NumberOrNull("at_most"));
        var bounds = least is null && most is null ? null : new Expectations.Expectation(null, least, most);
        // As in a check: without anything else it has to be true.
        return new ExpectedJson(json.Text("at"), equal ?? (bounds is null && matches is null ? VariableText.Parse("true") : null), bounds, matches);
    }

    private static VariableText? Text(JsonObject settings, string name) => settings.TextOrNull(name) is { } text ? VariableText.Parse(text) : null;

    private static IReadOnlyList<KeyValuePair<string, VariableText>> Texts(JsonObject settings, string name) =>
        [.. settings.NamedTexts(name).Select(t => KeyValuePair.Create(t.Key, VariableText.Parse(t.Value)))];
}
