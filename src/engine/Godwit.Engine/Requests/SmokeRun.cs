using System.Globalization;
using Godwit.Engine.Checks;
using Godwit.Engine.Steps;

namespace Godwit.Engine.Requests;

/// <summary>Asks all requests of a file once, one after another: a service that is looked at is not put under load.</summary>
public static class SmokeRun
{
    /// <param name="file">What is asked.</param>
    /// <param name="origin">The service's URL.</param>
    /// <param name="environment">Where variables come from.</param>
    /// <param name="time">For limits and latencies.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>An outcome for each request; those after one that was not answered as expected are not asked.</returns>
    public static async Task<IReadOnlyList<CheckOutcome>> AskAsync(RequestFile file, Uri origin, IRunEnvironment environment, TimeProvider time, CancellationToken cancellation)
    {
        var (values, missing) = RequestVariables.Resolve(file, environment);
        if (missing is not null) return [new CheckOutcome("variables", Warns: false, CheckState.NoAnswer, $"{missing} is not set")];
        using var client = new RequestClient(connections: 4, time);
        var runner = new ScenarioRunner(client, origin, values, time);
        var outcomes = new List<CheckOutcome>();
        foreach (var scenario in file.Scenarios)
        {
            var asked = 0;
            await runner.RunAsync(scenario, time.GetTimestamp(), outcome =>
            {
                asked++;
                outcomes.Add(Of(outcome));
            }, cancellation);
            cancellation.ThrowIfCancellationRequested();
            outcomes.AddRange(scenario.Requests.Skip(asked).Select(r => new CheckOutcome(NameOf(scenario, r), Warns: false, CheckState.NoAnswer, "not asked")));
        }
        return outcomes;
    }

    /// <summary>What is wrong with how the service is named; null with a URL.</summary>
    internal static async Task<IReadOnlyList<CheckOutcome>> AskAsync(RequestFile file, ServiceAddress address, IRunEnvironment environment, TimeProvider time, CancellationToken cancellation) =>
        address.Resolve(environment) is (null, var why)
            ? [new CheckOutcome("service", Warns: false, CheckState.NoAnswer, why!)]
            : await AskAsync(file, address.Resolve(environment).Url!, environment, time, cancellation);

    private static CheckOutcome Of(RequestOutcome outcome)
    {
        var state = outcome switch
        {
            { Why: null } => CheckState.Holds,
            { Answer.End: RequestEnd.Answered } => CheckState.Fails,
            _ => CheckState.NoAnswer,
        };
        var saw = outcome.Why ?? string.Create(CultureInfo.InvariantCulture, $"answered {outcome.Answer.Status} in {outcome.Answer.Took.TotalMilliseconds:0} ms");
        return new CheckOutcome(NameOf(outcome.Scenario, outcome.Request), Warns: false, state, saw);
    }

    private static string NameOf(Scenario scenario, ScenarioRequest request) => $"{scenario.Name}: {request.Name}";
}
