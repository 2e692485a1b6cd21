using System.Text;
using Godwit.Telemetry.Metrics;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Godwit.Server.Metrics;

/// <summary><c>/metrics</c>, and nothing else, on a port of its own; the public ports know no such path. Which port a request came by is told by its connection, not by what the client says.</summary>
internal sealed class MetricsPort(RequestDelegate next, MetricCollection metrics)
{
    /// <summary>Marks every connection of this listener.</summary>
    public static void Mark(ListenOptions listen) => listen.Use(connected => connection =>
    {
        connection.Features.Set(new Marked());
        return connected(connection);
    });

    public Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<Marked>() is null) return next(context);
        // A scrape is no request of the platform's.
        if (context.Features.Get<IHttpMetricsTagsFeature>() is { } measured) measured.MetricsDisabled = true;
        if (!context.Request.Path.Equals("/metrics", StringComparison.Ordinal))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = "GET, HEAD";
            return Task.CompletedTask;
        }
        var format = ExpositionFormats.Choose(context.Request.Headers.Accept);
        context.Response.ContentType = format.ContentType();
        context.Response.Headers.Vary = "Accept";
        return context.Response.WriteAsync(metrics.Expose(format), Encoding.UTF8, context.RequestAborted);
    }

    private sealed class Marked;
}
