using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Requests;
using Godwit.Engine.Secrets;
using Godwit.Model.Findings;

namespace Godwit.Engine.Audit;

/// <summary>Where the service is, and what of it is looked at.</summary>
internal sealed record ServiceAuditSettings
{
    public required ServiceAddress Address { get; init; }

    public IReadOnlyList<string> Paths { get; init; } = ["/"];

    public IReadOnlyList<KeyValuePair<string, OutsideValue>> Headers { get; init; } = [];

    /// <summary>A path that takes JSON; null sends none.</summary>
    public string? JsonPath { get; init; }

    public string LeastTls { get; init; } = "1.2";

    public TimeSpan CertificateLeft { get; init; } = TimeSpan.FromDays(21);

    /// <summary>Where the service is to be reached without TLS; null is port 80 of the same host, for a service on port 443.</summary>
    public string? PlainUrl { get; init; }

    /// <summary>A file of certificates, in PEM, that are trusted beside the system's.</summary>
    public string? TrustFile { get; init; }

    public string RateLimitPath { get; init; } = "/";

    /// <summary>How many requests a burst has; null sends none.</summary>
    public int? Burst { get; init; }

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    private static readonly Shape.Text s_path = new(@"/\S*") { Expected = "a path that begins with /", MaxLength = 1000 };

    public static Shape.Map Shape { get; } = new(
    [
        .. ServiceAddress.Fields,
        new Field("paths", new Shape.List(s_path) { Min = 1, Max = 50 }, "What is asked for: a page, a request of the API") { Default = "[/]" },
        new Field("headers", new Shape.Named(OutsideValue.Shape), "Headers of these requests, such as Authorization from a variable"),
        new Field("json_path", s_path, "A path that takes JSON: it is sent broken JSON, to see what its error tells"),
        new Field("least_tls", new Shape.Choice("1.2", "1.3"), "The oldest version of TLS that it may agree to") { Default = "1.2" },
        new Field("certificate_left", new Shape.Duration(), "How long its certificate has to be valid still") { Default = "21d" },
        new Field("plain_url", new Shape.Text(@"http://\S+") { Expected = "a URL of http", MaxLength = 1000 }, "Where it answers without TLS, and has to redirect; without it port 80 of the same host, for a service on port 443"),
        new Field("trust", new Shape.Text { MaxLength = 1000 }, "A file of certificates (PEM) that are trusted beside the system's, from the runbook's folder"),
        new Field("burst", new Shape.Whole(1, 2000), "How many requests are sent at once to see whether they are limited; without it none"),
        new Field("burst_path", s_path, "What these requests ask for") { Default = "/" },
        new Field("request_timeout", new Shape.Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1)), "How long one answer may take") { Default = "10s" },
    ])
    {
        Short = "url",
        Name = "service audit",
        Description = "An HTTP service, and what of it is looked at",
    };

    public static ServiceAuditSettings Read(JsonObject settings) => new()
    {
        Address = ServiceAddress.Find(settings)!,
        Paths = settings.Texts("paths"),
        Headers = OutsideValue.ReadAll(settings, "headers"),
        JsonPath = settings.TextOrNull("json_path"),
        LeastTls = settings.Text("least_tls"),
        CertificateLeft = settings.Duration("certificate_left"),
        PlainUrl = settings.TextOrNull("plain_url"),
        TrustFile = settings.TextOrNull("trust"),
        Burst = (int?)settings.WholeOrNull("burst"),
        RateLimitPath = settings.Text("burst_path"),
        Timeout = settings.Duration("request_timeout"),
    };

    public static IEnumerable<Finding> Check(JsonObject settings, Place.InFile? place) =>
        [.. ServiceAddress.Check(settings, "The audit of a service", place), .. OutsideValue.Check(OutsideValue.ReadAll(settings, "headers"), place)];
}
