using System.Globalization;

namespace Godwit.Telemetry.Metrics;

public enum ExpositionFormat
{
    /// <summary>Prometheus's text, 0.0.4: what everything reads.</summary>
    Prometheus,

    /// <summary>OpenMetrics 1.0.</summary>
    OpenMetrics,
}

/// <summary>Which format an answer has.</summary>
public static class ExpositionFormats
{
    public static string ContentType(this ExpositionFormat format) => format switch
    {
        ExpositionFormat.OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        _ => "text/plain; version=0.0.4; charset=utf-8",
    };

    /// <summary>By an Accept header (RFC 9110, 12.5.1): OpenMetrics when it is named and wanted no less than text; everybody else gets text, whatever they say they accept.</summary>
    public static ExpositionFormat Choose(string? accept)
    {
        var (open, text) = (0.0, 0.0);
        foreach (var range in (accept ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = range.Split(';', StringSplitOptions.TrimEntries);
            var weight = Weight(parts);
            if (parts[0].Equals("application/openmetrics-text", StringComparison.OrdinalIgnoreCase) && Version(parts) is (null or "1.0.0"))
                open = Math.Max(open, weight);
            else if (parts[0].Equals("text/plain", StringComparison.OrdinalIgnoreCase) || parts[0].Equals("text/*", StringComparison.OrdinalIgnoreCase))
                text = Math.Max(text, weight);
        }
        return open > 0 && open >= text ? ExpositionFormat.OpenMetrics : ExpositionFormat.Prometheus;
    }

    private static double Weight(string[] parts)
    {
        var weight = parts.Skip(1).FirstOrDefault(p => p.StartsWith("q=", StringComparison.OrdinalIgnoreCase));
        return weight is null ? 1 : double.TryParse(weight[2..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) ? Math.Clamp(value, 0, 1) : 0;
    }

    private static string? Version(string[] parts) => parts.Skip(1).FirstOrDefault(p => p.StartsWith("version=", StringComparison.OrdinalIgnoreCase))?["version=".Length..].Trim('"');
}
