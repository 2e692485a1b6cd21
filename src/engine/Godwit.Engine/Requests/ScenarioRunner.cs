namespace Godwit.Engine.Requests;

/// <summary>What came of one request of a scenario.</summary>
/// <param name="Why">Why the answer is not as expected, or why there is none; null when it is as expected.</param>
internal readonly record struct RequestOutcome(Scenario Scenario, ScenarioRequest Request, RequestAnswer Answer, string? Why);

/// <summary>Takes one visitor through a scenario.</summary>
internal sealed class ScenarioRunner(RequestClient client, Uri origin, IReadOnlyDictionary<string, string> variables, TimeProvider time)
{
    /// <param name="scenario">What is done.</param>
    /// <param name="since">From when the first request's latency counts; the others' count from the end of the one before.</param>
    /// <param name="tell">Told of each request.</param>
    /// <param name="cancellation">Gives it up.</param>
    public async Task RunAsync(Scenario scenario, long since, Action<RequestOutcome> tell, CancellationToken cancellation)
    {
        var session = new ScenarioSession(variables);
        foreach (var request in scenario.Requests)
        {
            var answer = await client.SendAsync(request, origin, session, since, cancellation);
            var why = answer.End == RequestEnd.Answered ? request.Expect.Refuse(answer, session.Variables) ?? Take(request, answer, session) : answer.Why ?? "given up";
            tell(new RequestOutcome(scenario, request, answer, why));
            if (why is not null) return;
            since = time.GetTimestamp();
        }
    }

    private static string? Take(ScenarioRequest request, RequestAnswer answer, ScenarioSession session)
    {
        foreach (var capture in request.Captures)
        {
            var (value, why) = capture.Take(answer);
            if (value is null) return why;
            session.Capture(capture.Name, value);
        }
        return null;
    }
}
