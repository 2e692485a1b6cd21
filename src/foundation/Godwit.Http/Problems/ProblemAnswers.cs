using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Godwit.Http.Problems;

/// <summary>Whatever goes wrong behind it is answered with a problem: statuses without a body, requests that cannot be read, and what is thrown. Nothing of an exception gets into an answer.</summary>
public sealed partial class ProblemAnswers(RequestDelegate next, ILogger<ProblemAnswers> logger)
{
    /// <summary>nginx's word for a client that did not wait; nobody reads it but the log.</summary>
    private const int ClientGone = 499;

    public async Task InvokeAsync(HttpContext context)
    {
        // Later it is another: a request's deadline puts its own in place.
        var gone = context.RequestAborted;
        Problem problem;
        try
        {
            await next(context);
            if (context.Response is not { HasStarted: false, StatusCode: >= 400, ContentLength: null or 0, ContentType: null }) return;
            problem = Problem.Of(context.Response.StatusCode);
        }
        catch (Exception) when (gone.IsCancellationRequested)
        {
            if (!context.Response.HasStarted) context.Response.StatusCode = ClientGone;
            return;
        }
        catch (Exception fault)
        {
            problem = Of(fault);
            if (problem.Status >= 500 && fault is not ProblemException) Failed(logger, fault);
            if (context.Response.HasStarted)
            {
                // Half an answer must not look like a whole one.
                context.Abort();
                return;
            }
            context.Response.Clear();
        }
        await ProblemBody.AnswerAsync(context, problem);
    }

    private static Problem Of(Exception fault) => fault switch
    {
        ProblemException known => known.Problem,
        BadHttpRequestException { InnerException: JsonException } => Problem.InvalidJson,
        BadHttpRequestException refused => Problem.Of(refused.StatusCode),
        _ => Problem.Internal,
    };

    [LoggerMessage(2130, LogLevel.Error, "a request failed", EventName = "RequestFailed")]
    private static partial void Failed(ILogger logger, Exception fault);
}
