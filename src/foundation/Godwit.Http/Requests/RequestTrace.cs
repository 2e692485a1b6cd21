using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Godwit.Http.Requests;

/// <summary>The id under which a request is found in every log: that of the W3C <c>traceparent</c> that came with it, or one of its own.</summary>
public static class RequestTrace
{
    public static string IdOf(HttpContext context) => CurrentId ?? context.TraceIdentifier;

    /// <summary>32 hexadecimal digits; null outside of a trace.</summary>
    public static string? CurrentId => Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.TraceId.ToHexString() : null;
}
