using System.Globalization;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;

namespace Godwit.Engine.Http;

/// <summary>Sends a step's request, and says what came of it: the status, never a header or what a body holds.</summary>
public static class HttpResult
{
    public static async Task<StepResult> SendAsync(HttpRequestSettings request, StepContext context, CancellationToken cancellation)
    {
        var answer = await HttpSender.Shared.SendAsync(request, context.Environment, context, context.Time, cancellation);
        var evidence = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["request"] = HttpSender.Show(request),
            ["attempts"] = answer.Attempts.ToString(CultureInfo.InvariantCulture),
        };
        if (answer is HttpAnswer.Came came)
        {
            evidence["status"] = came.Status.ToString(CultureInfo.InvariantCulture);
            evidence["took"] = came.Took.TotalMilliseconds.ToString("0 'ms'", CultureInfo.InvariantCulture);
        }
        var why = answer switch
        {
            HttpAnswer.Came good => request.Refuse(good),
            HttpAnswer.None none => none.Reason,
            HttpAnswer.NotSent none => none.Reason,
            _ => throw new InvalidOperationException(),
        };
        return why is null
            ? new StepResult.Passed { Evidence = evidence }
            : new StepResult.Failed([Finding.Error(FindingCodes.RequestFailed, $"{HttpSender.Show(request)}: {why}", null, "`godwit resume` sends it again with the same Idempotency-Key.")]) { Evidence = evidence };
    }
}
