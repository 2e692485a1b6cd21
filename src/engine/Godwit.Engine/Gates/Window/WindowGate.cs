using System.Globalization;
using Godwit.Documents.Shapes;
using Godwit.Engine.Checks;
using Godwit.Engine.Clocks;
using Godwit.Engine.Estimates;
using Godwit.Engine.Runs;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Gates.Window;

/// <param name="calendar">When it is open.</param>
/// <param name="fits">How many times the estimate has to fit into what is left; 0 asks for nothing.</param>
/// <param name="phases">The phases whose estimates count; empty is the gate's own.</param>
internal sealed class WindowGate(WindowCalendar calendar, decimal fits, IReadOnlyList<Phase> phases, bool waits, bool hard) : IGate, IOpensByTheClock
{
    public bool Waits => waits;

    public bool IsHard => hard;

    public string Zone => calendar.Clock.Zone.Id;

    public GateTimes At(DateTimeOffset now, TimeSpan needed)
    {
        var found = calendar.Find(now, needed);
        var isOpen = found is { } at && at.From <= now;
        return new GateTimes(isOpen, isOpen ? null : found?.From, found is { To: var end } && end < DateTimeOffset.MaxValue ? end : null);
    }

    public TimeSpan NeededFor(GateContext context) => Estimate(context) is { } estimate ? estimate.Time * (double)fits : TimeSpan.Zero;

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
        var shown = LocalTime.Show(clock, calendar.Clock);
        var evidence = new Dictionary<string, string>(StringComparer.Ordinal) { ["now"] = shown };
        if (calendar.WhyClosed(clock) is { } why) return Answer(GateState.Fail, $"{shown}: {why}");
        var open = At(clock, TimeSpan.Zero);
        if (open.ClosesAt is { } closes) evidence["closes"] = LocalTime.Show(closes, calendar.Clock);
        if (Estimate(context) is not { } estimate) return Answer(GateState.Pass, shown);
        var needed = estimate.Time * (double)fits;
        var left = open.ClosesAt - clock;
        evidence["needed"] = $"{fits.ToString(CultureInfo.InvariantCulture)} times {DurationText.Write(estimate.Time)} ({estimate.Source})";
        return left < needed
            ? Answer(GateState.Fail, $"{shown}: {Short(left.Value)} of the window are left, and {Short(needed)} are needed: {evidence["needed"]}")
            : Answer(GateState.Pass, $"{shown}, {(left is { } rest ? $"{Short(rest)} left" : "which does not end")}, {Short(needed)} needed");

        GateVerdict Answer(GateState state, string summary) => new(state, summary) { Evidence = evidence };
    }

    private PhaseEstimate? Estimate(GateContext context)
    {
        if (fits == 0) return null;
        var counted = (phases.Count == 0 ? [context.Phase] : phases).Where(context.Estimates.ContainsKey).Select(p => context.Estimates[p]).ToList();
        return counted.Count == 0 ? null : new PhaseEstimate(TimeSpan.FromTicks(counted.Sum(e => e.Time.Ticks)), string.Join(", ", counted.Select(e => e.Source).Distinct(StringComparer.Ordinal)));
    }

    private static string Short(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00} h");
}
