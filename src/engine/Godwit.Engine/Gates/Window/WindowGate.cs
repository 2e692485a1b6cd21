using System.Globalization;
using Godwit.Engine.Checks;
using Godwit.Engine.Runs;

namespace Godwit.Engine.Gates.Window;

internal sealed class WindowGate(TimeZoneInfo zone, IReadOnlyList<TimeSpanOfWeek> allowed, IReadOnlyList<TimeSpanOfWeek> never) : IGate
{
    public async Task<GateVerdict> EvaluateAsync(GateContext context, CancellationToken cancellation)
    {
        DateTimeOffset clock;
        try
        {
            clock = await TargetClock.ReadAsync(context.Target, cancellation);
        }
        catch (TargetFaultException fault)
        {
            return new GateVerdict(GateState.NoData, $"the target's clock does not answer: {CheckRunner.Describe(fault)}");
        }
        var now = TimeZoneInfo.ConvertTime(clock, zone).DateTime;
        var shown = $"{now.ToString("ddd yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} {zone.Id}";
        var evidence = new Dictionary<string, string>(StringComparer.Ordinal) { ["now"] = shown };
        if (never.FirstOrDefault(s => s.Holds(now)) is { } forbidden) return Answer(GateState.Fail, $"{shown} is within {forbidden}, when it must not begin");
        if (allowed.Count > 0 && !allowed.Any(s => s.Holds(now))) return Answer(GateState.Fail, $"{shown} is outside of {string.Join("; ", allowed)}");
        return Answer(GateState.Pass, shown);

        GateVerdict Answer(GateState state, string summary) => new(state, summary) { Evidence = evidence };
    }
}
