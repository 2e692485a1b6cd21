using Godwit.Cli.Move;
using Godwit.Cli.Runs;
using Godwit.Engine.Notices;
using Godwit.Engine.OnCall;
using Godwit.Engine.Runs;
using Godwit.Engine.Timetables;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Cli.Notices;

/// <summary>What <c>status</c> and <c>plan</c> show of people: who is on call, what is late, what was not told.</summary>
internal static class NoticeStatus
{
    public static IReadOnlyList<string>? OnCall(RunbookPlan plan, DateTimeOffset now) => OnCallPlan.Of(plan) is { } onCall ? [.. onCall.At(now).Select(p => p.ToString())] : null;

    public static Finding? Nobody(RunbookPlan plan, DateTimeOffset now) => OnCallPlan.Of(plan) is { } onCall && onCall.At(now).Count == 0
        ? Finding.Warning(FindingCodes.NobodyOnCall, "nobody is on call now, by the runbook's `oncall`", null, "Give the rotation a beginning that is past, or somebody times of their own.")
        : null;

    /// <param name="plan">Whose timetable.</param>
    /// <param name="near">The run's beginning, or now.</param>
    /// <param name="now">By the target's clock.</param>
    /// <param name="phases">As far as the run is.</param>
    /// <param name="made">The gates of decisions that were made; null where there is no run.</param>
    public static IReadOnlyList<TimetableDocument>? TimetableOf(RunbookPlan plan, DateTimeOffset near, DateTimeOffset now, IReadOnlyList<PhaseRow> phases, IReadOnlySet<string>? made = null) => Timetable.Of(plan.Timetable, near) is not { } timetable ? null
        : [.. timetable.Stand(now, phases, made).Select(s => new TimetableDocument(timetable.Show(s.Entry), s.Entry.What, s.Entry.Who, s.Entry.Decision, s.State, s.Late?.TotalSeconds) { Gate = s.Entry.Gate })];

    public static void Print(MoveConsole console, IReadOnlyList<TimetableDocument>? timetable, IReadOnlyList<string>? onCall, IReadOnlyList<NoticeRow> notices)
    {
        if (onCall is not null) console.Line($"on call: {(onCall.Count == 0 ? "nobody" : string.Join(", ", onCall))}");
        foreach (var entry in timetable ?? []) console.Line($"  {Describe(entry)}");
        if (notices.Count > 0)
        {
            var sent = notices.Count(n => n.State == NoticeState.Sent);
            var given = notices.Count(n => n.State == NoticeState.GivenUp);
            console.Line($"notices: {sent} of {notices.Count} sent{(given > 0 ? $", {given} given up" : "")}");
        }
    }

    /// <summary>In one line, for people.</summary>
    public static string Describe(TimetableDocument entry)
    {
        var state = (entry.State, entry.LateSeconds) switch
        {
            ("late", { } late) => $"LATE by {Span(late)}",
            ("held", var late) => $"NO GO YET{(late is { } by ? $", for {Span(by)}" : "")}: gate {entry.Gate}",
            ("done", { } late) => $"done, {Span(late)} late",
            (var other, _) => other,
        };
        return $"{entry.At}  {(entry.Decision ? "go/no-go: " : "")}{entry.What}{(entry.Who.Count == 0 ? "" : $" ({string.Join(", ", entry.Who)})")}: {state}";
    }

    private static string Span(double seconds) => TimeSpan.FromSeconds(seconds) is { TotalDays: >= 1 } days ? $"{days.TotalDays:0.0} d" : $"{TimeSpan.FromSeconds(seconds):hh\\:mm\\:ss}";
}
