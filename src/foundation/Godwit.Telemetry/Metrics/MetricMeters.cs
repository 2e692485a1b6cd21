namespace Godwit.Telemetry.Metrics;

/// <summary>Which meters a deployment of Godwit exposes.</summary>
public static class MetricMeters
{
    /// <summary>Those that the rules in deploy/alerts read: Godwit's own, ASP.NET Core's requests, Npgsql's pools; and what .NET says of the process.</summary>
    public static bool OfGodwit(string meter) =>
        meter.StartsWith("Godwit.", StringComparison.Ordinal) || meter is "Microsoft.AspNetCore.Hosting" or "Npgsql" or "System.Runtime";
}
