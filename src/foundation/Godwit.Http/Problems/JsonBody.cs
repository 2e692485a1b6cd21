using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Godwit.Http.Problems;

/// <summary>Reads what a client sends as JSON.</summary>
public static class JsonBody
{
    /// <param name="context">The request.</param>
    /// <param name="shape">What it is to be.</param>
    /// <param name="anyType">Takes it whatever it is said to be, as <c>curl -d</c> says that it is a form. Only where a page of another origin that sends it does no harm: not where a cookie signs in.</param>
    /// <exception cref="ProblemException">415: it is not said to be JSON; 400 <c>Invalid JSON</c>: it is none, or nothing, or not of that shape.</exception>
    /// <exception cref="BadHttpRequestException">413: it is larger than a body may be; 408: it came too slowly.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> shape, bool anyType = false)
        where T : class
    {
        if (!anyType && !context.Request.HasJsonContentType()) throw new ProblemException(Problem.Of(415));
        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, shape, context.RequestAborted) ?? throw new ProblemException(Problem.InvalidJson);
        }
        catch (JsonException)
        {
            throw new ProblemException(Problem.InvalidJson);
        }
    }
}
