using System.Globalization;
using Godwit.Documents.Shapes;
using Godwit.Engine.Http;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Postgres.Steps.Maintenance;

/// <summary>Looks from outside, as the people do who are kept out: a switch may be thrown and nothing be behind it.</summary>
internal sealed class MaintenanceProbe(HttpRequestSettings request, bool retryAfter, TimeSpan within)
{
    private const int Unavailable = 503;

    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(1);

    public static Shape.Map Shape { get; } = new(
    [
        .. HttpRequestSettings.Fields("GET").Where(f => f.Name is not "retries"),
        new Field("retry_after", new Shape.Flag(), "Whether the answer needs a Retry-After header; without it only where neither `status` nor `json` says what the answer is like"),
        new Field("within", new Shape.Duration(TimeSpan.Zero, TimeSpan.FromHours(1)), "For how long it is asked again while it does not answer so") { Default = "30s" },
    ])
    {
        Short = "url",
        Name = "maintenance probe",
        Description = "A request whose answer tells whether it is on: `status` and `json` say how it is answered then, by default with 503 and Retry-After",
    };

    public static MaintenanceProbe Read(System.Text.Json.Nodes.JsonObject settings, IReadOnlyDictionary<string, PlannedFile> files)
    {
        var written = settings.DeepClone().AsObject();
        // Asked again here, and not by whoever sends it: 503 is what is hoped for.
        written["retries"] = 0L;
        var request = HttpRequestSettings.Read(written, files);
        var says = request.Statuses.Count > 0 || request.Json.Count > 0;
        return new MaintenanceProbe(says ? request : request with { Statuses = [Unavailable] }, settings.FlagOrNull("retry_after") ?? !says, settings.Duration("within"));
    }

    public async Task<StepResult> ExpectAsync(bool on, StepContext context, CancellationToken cancellation)
    {
        var began = context.Time.GetTimestamp();
        while (true)
        {
            var (holds, saw) = await LookAsync(on, context, cancellation);
            if (holds) return new StepResult.Passed { Evidence = new Dictionary<string, string>(StringComparer.Ordinal) { ["probe"] = saw } };
            if (context.Time.GetElapsedTime(began) >= within)
                return StepResult.Fail(FindingCodes.MaintenanceNotSeen, $"the maintenance mode was switched {(on ? "on" : "off")}, and is not seen so: {HttpSender.Show(request)} {saw}");
            if (context.PauseRequested()) return StepMemory.PauseAsked;
            await Task.Delay(s_every, context.Time, cancellation);
        }
    }

    /// <summary>On is what the runbook says it looks like; off is any other answer that is no fault of the service.</summary>
    private async Task<(bool Holds, string Saw)> LookAsync(bool on, StepContext context, CancellationToken cancellation)
    {
        switch (await HttpSender.Shared.SendAsync(request, context.Environment, null, context.Time, cancellation))
        {
            case HttpAnswer.Came came:
                var saw = $"answered {came.Status.ToString(CultureInfo.InvariantCulture)}{(came.RetryAfter is null ? "" : " with Retry-After")}";
                var why = request.Refuse(came) ?? (retryAfter && came.RetryAfter is null ? $"answered {came.Status.ToString(CultureInfo.InvariantCulture)} without Retry-After" : null);
                return on ? (why is null, why ?? saw) : (why is not null && came.Status < 500, saw);
            case HttpAnswer.None none:
                return (false, $"did not answer: {none.Reason}");
            case HttpAnswer.NotSent none:
                return (false, $"could not be asked: {none.Reason}");
            default:
                throw new InvalidOperationException();
        }
    }
}
