using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Godwit.Http.Requests;

/// <summary>One line for each request, when it is over: method, route, status, milliseconds. The path, the query and the headers are in no line: they are whatever the client wants them to be.</summary>
public sealed partial class RequestLog(RequestDelegate next, RequestsInFlight inFlight, ILogger<RequestLog> logger)
{
    private static readonly string[] s_methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT"];

    public async Task InvokeAsync(HttpContext context)
    {
        var began = Stopwatch.GetTimestamp();
        inFlight.Enter();
        try
        {
            await next(context);
        }
        finally
        {
            inFlight.Leave();
            var (method, route, status) = (MethodOf(context), RouteOf(context), context.Response.StatusCode);
            var milliseconds = Math.Round(Stopwatch.GetElapsedTime(began).TotalMilliseconds, 3);
            Answered(logger, status >= 500 ? LogLevel.Warning : LogLevel.Information, method, route, status, milliseconds);
        }
    }

    private static string MethodOf(HttpContext context) => s_methods.Contains(context.Request.Method, StringComparer.Ordinal) ? context.Request.Method : "_OTHER";

    private static string RouteOf(HttpContext context) => context.GetEndpoint() is RouteEndpoint endpoint ? endpoint.RoutePattern.RawText ?? "" : "(none)";

    [LoggerMessage(EventId = 2100, EventName = "Request", Message = "{method} {route} {status} in {milliseconds} ms")]
    private static partial void Answered(ILogger logger, LogLevel level, string method, string route, int status, double milliseconds);
}
