using System.Globalization;

namespace Godwit.Engine.Gates.Window;

internal sealed class WindowGate(TimeZoneInfo zone, IReadOnlyList<TimeSpanOfWeek> allowed, IReadOnlyList<TimeSpanOfWeek> never) : IGate
{
    public Task<GateVerdict> EvaluateAsync(GateContext context, CancellationToken cancellation)
    {
        var now = TimeZoneInfo.ConvertTime(context.Time.GetUtcNow(), zone).DateTime;
        var shown = $"{now.ToString("ddd yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} {zone.Id}";
        var evidence = new Dictionary<string, string>(StringComparer.Ordinal) { ["now"] = shown };
        if (never.FirstOrDefault(s => s.Holds(now)) is { } forbidden) return Answer(GateState.Fail, $"{shown} is within {forbidden}, when it must not begin");
        if (allowed.Count > 0 && !allowed.Any(s => s.Holds(now))) return Answer(GateState.Fail, $"{shown} is outside of {string.Join("; ", allowed)}");
        return Answer(GateState.Pass, shown);

        Task<GateVerdict> Answer(GateState state, string summary) => Task.FromResult(new GateVerdict(state, summary) { Evidence = evidence });
    }
}
