using System.Text.Json;
using Godwit.Engine.Expectations;
using Godwit.Engine.Http;

namespace Godwit.Engine.Figures;

/// <summary>Asks Prometheus for one number (https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries).</summary>
internal static class PrometheusQuery
{
    public static async Task<FigureReading> AskAsync(FigureSource.Metric metric, FigureContext context, CancellationToken cancellation)
    {
        if (context.Environment.Find(metric.Variable)?.Trim() is not { Length: > 0 } address) return FigureReading.None($"{metric.Variable} is not set");
        var request = new HttpRequestSettings
        {
            Method = "GET",
            Address = $"{address.TrimEnd('/')}/api/v1/query?query={Uri.EscapeDataString(metric.Query)}",
            Headers = metric.Headers,
            ContentType = "application/json",
            Timeout = metric.Timeout,
            Retries = 0,
        };
        return await context.Http.SendAsync(request, context.Environment, null, context.Time, cancellation) switch
        {
            HttpAnswer.Came came => Read(came),
            HttpAnswer.None none => FigureReading.None(none.Reason),
            HttpAnswer.NotSent none => FigureReading.None(none.Reason),
            _ => throw new InvalidOperationException(),
        };
    }

    private static FigureReading Read(HttpAnswer.Came came)
    {
        try
        {
            using var document = JsonDocument.Parse(came.Body);
            var root = document.RootElement;
            // A query that is wrong is answered with 400 or 422, and says in words what is the matter with it.
            if (Text(root, "status") != "success") return FigureReading.None($"Prometheus answered {came.Status}{(Text(root, "error") is { } error ? $": {Short(error)}" : "")}");
            var data = root.GetProperty("data");
            var result = data.GetProperty("result");
            switch (data.GetProperty("resultType").GetString())
            {
                case "scalar":
                    return Of(result[1].GetString());
                case "vector" when result.GetArrayLength() == 0:
                    return FigureReading.None("Prometheus has no such series");
                case "vector" when result.GetArrayLength() > 1:
                    return FigureReading.None($"the query is not one number: {result.GetArrayLength()} series");
                case "vector":
                    return Of(result[0].GetProperty("value")[1].GetString());
                case var other:
                    return FigureReading.None($"the query is not one number: a {Short(other ?? "")}");
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            return FigureReading.None($"answered {came.Status}, and not as Prometheus does");
        }
    }

    /// <summary>A share of nothing is NaN, and no number.</summary>
    private static FigureReading Of(string? text) => Expectation.ToNumber(text) is { } number ? FigureReading.Of(number) : FigureReading.None($"it is no number ({Short(text ?? "")})");

    private static string? Text(JsonElement of, string name) => of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string Short(string text) => text.Length > 200 ? text[..200] : text;
}
