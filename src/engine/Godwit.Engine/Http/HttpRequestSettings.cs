using System.Globalization;
using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Expectations;
using Godwit.Engine.Secrets;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Godwit.Security.Masking;

namespace Godwit.Engine.Http;

/// <summary>A request and what its answer has to be.</summary>
public sealed record HttpRequestSettings
{
    private const string Url = "url", UrlVariable = "url_env", PathBelow = "path", BodyFile = "body_file";

    public required string Method { get; init; }

    /// <summary>Null where <see cref="AddressVariable"/> names the variable that holds it.</summary>
    public string? Address { get; init; }

    public string? AddressVariable { get; init; }

    /// <summary>What follows the variable's URL: where a service is differs from place to place, what it is asked does not.</summary>
    public string? PathBelowVariable { get; init; }

    public IReadOnlyList<KeyValuePair<string, OutsideValue>> Headers { get; init; } = [];

    public string? Body { get; init; }

    public required string ContentType { get; init; }

    /// <summary>Statuses that are as expected; none means any from 200 to 299.</summary>
    public IReadOnlyList<int> Statuses { get; init; } = [];

    public IReadOnlyList<JsonExpectation> Json { get; init; } = [];

    /// <summary>Of one attempt.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>How often it is sent again.</summary>
    public required int Retries { get; init; }

    public static IReadOnlyList<Field> Fields(string method) =>
    [
        new(Url, new Shape.Text(@"https?://\S+") { Expected = "a URL of http or https", MaxLength = 4000 }, "Where it is sent"),
        new(UrlVariable, OutsideValue.VariableName, "The variable that holds the URL instead, where that is secret"),
        new(PathBelow, new Shape.Text(@"/[\x21-\x7e]*") { Expected = "a path that begins with /", MaxLength = 4000 }, "With url_env: the path below that URL, and a query"),
        new("method", new Shape.Choice("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"), "Its method") { Default = method },
        new("headers", new Shape.Named(OutsideValue.Shape), "Its headers"),
        new("body", new Shape.Text { MaxLength = 100_000 }, "What is sent"),
        new(BodyFile, new Shape.File(), "The file whose text is sent instead"),
        new("content_type", new Shape.Text(@"[\x21-\x7e ]+") { Expected = "a media type", MaxLength = 200 }, "The media type of what is sent") { Default = "application/json" },
        new("status", new Shape.List(new Shape.Whole(100, 599)) { Max = 100 }, "The statuses that are as expected; without it any from 200 to 299"),
        new("json", new Shape.List(JsonExpectation.Shape) { Max = 100 }, "What the answer has to hold"),
        new("request_timeout", new Shape.Duration(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1)), "How long one attempt may take") { Default = "10s" },
        new("retries", new Shape.Whole(0, 20), "How often it is sent again when the connection fails or the answer is 429, 502, 503 or 504") { Default = "3" },
    ];

    public static HttpRequestSettings Read(JsonObject settings, IReadOnlyDictionary<string, PlannedFile> files) => new()
    {
        Method = settings.Text("method"),
        Address = settings.TextOrNull(Url),
        AddressVariable = settings.TextOrNull(UrlVariable),
        PathBelowVariable = settings.TextOrNull(PathBelow),
        Headers = OutsideValue.ReadAll(settings, "headers"),
        Body = settings.TextOrNull(BodyFile) is { } file ? files[file].Text : settings.TextOrNull("body"),
        ContentType = settings.Text("content_type"),
        Statuses = [.. (settings["status"] as JsonArray ?? []).Select(s => (int)s!.GetValue<long>())],
        Json = [.. settings.Maps("json").Select(JsonExpectation.Read)],
        Timeout = settings.Duration("request_timeout"),
        Retries = (int)settings.Whole("retries"),
    };

    /// <param name="settings">Where a request is described.</param>
    /// <param name="place">Where that was written.</param>
    public static IEnumerable<Finding> Check(JsonObject settings, Place.InFile? place)
    {
        if (settings.Has(Url) == settings.Has(UrlVariable)) yield return Finding.Error(FindingCodes.KindSettings, "A request needs either a url or the variable that holds it (url_env)", place);
        if (settings.Has(PathBelow) && !settings.Has(UrlVariable)) yield return Finding.Error(FindingCodes.KindSettings, "A path goes with url_env", place, "Write it into the url.");
        if (settings.Has("body") && settings.Has(BodyFile)) yield return Finding.Error(FindingCodes.KindSettings, "A request has either a body or a body_file", place);
        var headers = OutsideValue.ReadAll(settings, "headers");
        foreach (var finding in OutsideValue.Check(headers, place)) yield return finding;
        if (settings.TextOrNull(PathBelow) is { } path && path.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query && HasSecret(path[query..]))
            yield return Finding.Error(FindingCodes.RunbookSecret, "The path holds what looks like a secret", place, "Use a header with {env: VARIABLE}.");
        if (settings.TextOrNull(Url) is not { } text) yield break;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url)) yield return Finding.Error(FindingCodes.KindSettings, "The url is none", place);
        else if (url.UserInfo.Length > 0 || HasSecret(url.Query))
            yield return Finding.Error(FindingCodes.RunbookSecret, "The url holds what looks like a secret", place, "Use url_env, or a header with {env: VARIABLE}.");
        else if (url.Scheme == Uri.UriSchemeHttp && !url.IsLoopback && headers.Any(h => h.Value.Variable is not null))
            yield return Finding.Warning(FindingCodes.KindSettings, "A header from outside the runbook is sent over http: whoever is on the way reads it", place, "Use https.");
    }

    /// <summary>By the names of its parameters: what stands in a path may look like anything.</summary>
    private static bool HasSecret(string query) =>
        query.TrimStart('?').Split('&').Select(p => p.Split('=', 2)).Any(p => p is [var name, { Length: > 0 }] && SecretNames.IsSecret(Uri.UnescapeDataString(name)));

    /// <summary>The whole URL, of the text that the variable holds.</summary>
    public string UrlBelow(string text) => PathBelowVariable is { } path ? text.Trim().TrimEnd('/') + path : text;

    /// <summary>Why an answer is not as expected; null when it is.</summary>
    public string? Refuse(HttpAnswer.Came answer)
    {
        if (Statuses.Count == 0 ? answer.Status is < 200 or > 299 : !Statuses.Contains(answer.Status)) return $"answered {answer.Status.ToString(CultureInfo.InvariantCulture)}";
        return Json.Select(j => j.Refuse(answer.Body)).FirstOrDefault(why => why is not null);
    }

    /// <summary>The same request with words of its URL, path and body replaced.</summary>
    public HttpRequestSettings Fill(Func<string, string> fill) => this with
    {
        Address = Address is null ? null : fill(Address), PathBelowVariable = PathBelowVariable is null ? null : fill(PathBelowVariable), Body = Body is null ? null : fill(Body),
    };
}
