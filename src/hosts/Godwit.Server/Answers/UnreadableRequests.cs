using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Godwit.Http.Answers;
using Godwit.Http.Problems;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Godwit.Server.Answers;

/// <summary>
/// What Kestrel cannot read as a request (a bad line, header fields that are too large or come too slowly) it answers itself, with a status and nothing else: no part of the pipeline sees it. Here such an answer gets the body
/// and the headers that all others have, and a line in the log.
/// </summary>
internal sealed partial class UnreadableRequests(TimeProvider time, ILogger<UnreadableRequests> logger) : IObserver<KeyValuePair<string, object?>>
{
    /// <summary>Kestrel's event, raised before it writes such an answer.</summary>
    public const string Event = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    /// <summary>Lets the answers of this listener's connections be replaced.</summary>
    public static void Watch(ListenOptions listen) => listen.Use(connected => async connection =>
    {
        var transport = connection.Transport;
        var output = new AnswerPipe(transport.Output);
        connection.Features.Set(output);
        connection.Transport = new Ends(transport.Input, output);
        try
        {
            await connected(connection);
        }
        finally
        {
            connection.Transport = transport;
        }
    });

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Key != Event || value.Value is not IFeatureCollection features || features.Get<IBadRequestExceptionFeature>()?.Error is not Microsoft.AspNetCore.Http.BadHttpRequestException fault) return;
        // An answer that has begun stays; then this was what came after it.
        if (features.Get<AnswerPipe>() is not { } output || features.Get<IHttpResponseFeature>() is not { HasStarted: false }) return;
        var traceId = ActivityTraceId.CreateRandom().ToHexString();
        var problem = Problem.Of(fault.StatusCode);
        output.Replace(Answer(problem, traceId));
        Refused(logger, problem.Status, problem.Code, traceId);
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    private byte[] Answer(Problem problem, string traceId)
    {
        var body = ProblemBody.Write(problem, traceId);
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {problem.Status} {problem.Title}\r\nContent-Length: {body.Length}\r\nContent-Type: {ProblemBody.ContentType}\r\nConnection: close\r\nDate: {time.GetUtcNow():R}\r\nCache-Control: no-store\r\n");
        foreach (var (name, value) in SecurityHeaders.Always) head.Append(name).Append(": ").Append(value).Append("\r\n");
        return [.. Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), .. body];
    }

    [LoggerMessage(2101, LogLevel.Information, "a request that cannot be read: {status} {code} (trace {traceId})", EventName = "RequestUnreadable")]
    private static partial void Refused(ILogger logger, int status, string code, string traceId);

    private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
