using System.Buffers;
using System.Text.Json;
using Godwit.Http.Health;
using Godwit.Http.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Godwit.Server.Health;

/// <summary><c>/health/live</c> says that the process answers; <c>/health/ready</c>, and 004's <c>/api/health</c>, that requests may be sent to it.</summary>
internal static class HealthRoutes
{
    private const int RetryAfter = 5;

    private static readonly string[] s_methods = ["GET", "HEAD"];

    public static void Map(IEndpointRouteBuilder routes, HealthBoard board, ServerClock clock)
    {
        routes.MapMethods("/health/live", s_methods, (RequestDelegate)(context => AnswerAsync(context, "live", [], clock)));
        foreach (var route in (string[])["/health/ready", "/api/health"])
        {
            routes.MapMethods(route, s_methods, (RequestDelegate)(async context =>
            {
                var report = await board.LookAsync();
                await (report.State switch
                {
                    HealthState.Ready => AnswerAsync(context, "ready", report.Checks, clock),
                    HealthState.Degraded => AnswerAsync(context, "degraded", report.Checks, clock),
                    HealthState.Stopping => throw NotReady("stopping", "Stopping", "This host finishes what it has begun, and takes nothing new.", report),
                    _ => throw NotReady("not-ready", "Not ready", "Something that every answer needs is not there; checks says what.", report),
                });
            }));
        }
    }

    private static ProblemException NotReady(string code, string title, string detail, HealthReport report) => new(new Problem(503, code, title) { Detail = detail, Checks = report.Checks, RetryAfter = RetryAfter });

    private static Task AnswerAsync(HttpContext context, string status, IReadOnlyList<(string Name, bool Passed)> checks, ServerClock clock)
    {
        var output = new ArrayBufferWriter<byte>(160);
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("status"u8, status);
            json.WriteString("version"u8, ServerClock.Version);
            json.WriteNumber("uptimeSeconds"u8, Math.Round(clock.Uptime.TotalSeconds, 3));
            if (checks.Count > 0)
            {
                json.WriteStartObject("checks"u8);
                foreach (var (name, passed) in checks) json.WriteString(name, passed ? "passed"u8 : "failed"u8);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = output.WrittenCount;
        return context.Response.Body.WriteAsync(output.WrittenMemory, context.RequestAborted).AsTask();
    }
}
