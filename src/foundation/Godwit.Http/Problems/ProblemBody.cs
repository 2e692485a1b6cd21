using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Godwit.Http.Requests;
using Microsoft.AspNetCore.Http;

namespace Godwit.Http.Problems;

/// <summary>Writes a problem. <c>application/problem+json</c> whatever the client accepts, as RFC 9457 has it: an error in no form is worse than in an unasked one.</summary>
public static class ProblemBody
{
    public const string ContentType = "application/problem+json";

    public static byte[] Write(Problem problem, string? traceId)
    {
        var output = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "urn:godwit:problem:" + problem.Code);
            json.WriteString("title"u8, problem.Title);
            json.WriteNumber("status"u8, problem.Status);
            json.WriteString("detail"u8, problem.Detail ?? problem.Title + ".");
            json.WriteString("code"u8, problem.Code);
            json.WriteString("error"u8, problem.Title);
            if (traceId is not null) json.WriteString("traceId"u8, traceId);
            if (problem.Fields.Count > 0)
            {
                json.WriteStartArray("details"u8);
                foreach (var (field, message) in problem.Fields)
                {
                    json.WriteStartObject();
                    json.WriteString("field"u8, field);
                    json.WriteString("message"u8, message);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            }
            if (problem.Checks.Count > 0)
            {
                json.WriteStartObject("checks"u8);
                foreach (var (name, passed) in problem.Checks) json.WriteString(name, passed ? "passed"u8 : "failed"u8);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Sets status, headers and body of an answer that has not begun.</summary>
    public static Task AnswerAsync(HttpContext context, Problem problem)
    {
        var body = Write(problem, RequestTrace.IdOf(context));
        var answer = context.Response;
        answer.StatusCode = problem.Status;
        answer.ContentType = ContentType;
        answer.ContentLength = body.Length;
        answer.Headers.CacheControl = "no-store";
        if (problem.Authenticate is { } scheme) answer.Headers.WWWAuthenticate = scheme;
        if (problem.RetryAfter is { } seconds) answer.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        // Who has gone away cannot be told.
        return answer.Body.WriteAsync(body, CancellationToken.None).AsTask();
    }
}
