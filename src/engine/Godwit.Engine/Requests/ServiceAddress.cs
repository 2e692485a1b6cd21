using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Secrets;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;

namespace Godwit.Engine.Requests;

/// <summary>Where a service is: a URL that stands in the runbook, or the variable that holds it, which is then no part of the plan.</summary>
internal sealed record ServiceAddress(string? Literal, string? Variable)
{
    private const string Url = "url", UrlVariable = "url_env";

    public static IReadOnlyList<Field> Fields { get; } =
    [
        new(Url, new Shape.Text(@"https?://\S+") { Expected = "a URL of http or https", MaxLength = 4000 }, "Where the service is"),
        new(UrlVariable, OutsideValue.VariableName, "The variable that holds the URL instead: a rehearsal asks another service than production"),
    ];

    public static ServiceAddress? Find(JsonObject settings) =>
        settings.Has(Url) || settings.Has(UrlVariable) ? new ServiceAddress(settings.TextOrNull(Url), settings.TextOrNull(UrlVariable)) : null;

    /// <param name="settings">Where it stands.</param>
    /// <param name="what">What needs it.</param>
    /// <param name="place">Where that was written.</param>
    public static IEnumerable<Finding> Check(JsonObject settings, string what, Place.InFile? place)
    {
        if (settings.Has(Url) == settings.Has(UrlVariable)) yield return Finding.Error(FindingCodes.KindSettings, $"{what} needs either a url or the variable that holds it (url_env)", place);
        if (settings.TextOrNull(Url) is { } text && ServiceUrl.Fault(text) is { } fault) yield return Finding.Error(FindingCodes.KindSettings, $"The url {fault}", place);
    }

    /// <summary>The URL, or why there is none.</summary>
    public (Uri? Url, string? Why) Resolve(IRunEnvironment environment)
    {
        var text = Literal ?? OutsideValue.Find(environment, Variable!);
        if (text is null) return (null, $"{Variable} is not set");
        return ServiceUrl.Fault(text.Trim()) is { } fault ? (null, $"{Variable ?? "the url"} {fault}") : (new Uri(text.Trim()), null);
    }
}
