using System.Globalization;
using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Clocks;
using Godwit.Engine.Runs;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Timetables;

/// <summary>An entry of a timetable at its moment.</summary>
/// <param name="Phase">The phase that has to have begun by then, or with <paramref name="Done"/> to be done.</param>
/// <param name="Decision">A go or no-go.</param>
public sealed record TimetableEntry(DateTimeOffset At, string What, IReadOnlyList<string> Who, Phase? Phase, bool Done, bool Decision)
{
    /// <summary>The gate by which it is decided; null where nothing waits for it.</summary>
    public string? Gate { get; init; }
}

/// <param name="State">
/// <c>done</c>, <c>late</c>, <c>past</c> where nothing tells whether it happened, or <c>ahead</c>. Of a decision by a gate: <c>go</c> once it is made, <c>held</c> where its time has come without it.
/// </param>
/// <param name="Late">How late it happened, or is by now; null when it is not, or nobody can tell.</param>
public sealed record TimetableStanding(TimetableEntry Entry, string State, TimeSpan? Late);

/// <summary>What is to happen when. It is for people: what keeps a phase from beginning is a gate, which a decision may name (<see cref="TimetableDecisions"/>).</summary>
public sealed class Timetable
{
    /// <summary>Less is no delay worth a word.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromMinutes(1);

    private readonly ZoneClock _clock;

    private Timetable(JsonObject settings, DateTimeOffset near)
    {
        _clock = new ZoneClock(TimeZoneInfo.FindSystemTimeZoneById(settings.TextOrNull("zone") ?? "UTC"));
        var entries = settings.Maps("entries");
        var first = LocalTime.OfDay(entries[0].Text("at"));
        var day = LocalTime.TryParse(settings.TextOrNull("date")) ?? Nearest(first, near);
        var (list, begin, last) = (new List<TimetableEntry>(), _clock.First(day + first), day + first);
        foreach (var entry in entries)
        {
            var moment = begin;
            if (entry.TextOrNull("at") is { } time)
            {
                var wall = last.Date + LocalTime.OfDay(time);
                if (wall < last) wall = wall.AddDays(1);
                (last, moment) = (wall, _clock.First(wall));
            }
            else if (entry.DurationOrNull("after") is { } after)
            {
                moment = begin + after;
                last = _clock.WallClock(moment);
            }
            var done = entry.TextOrNull("done");
            list.Add(new TimetableEntry(moment, entry.Text("what"), entry.Texts("who"), PhaseNames.Find(entry.TextOrNull("phase") ?? done ?? ""), done is not null, entry.FlagOrNull("decision") is true || entry.Has("gate")) { Gate = entry.TextOrNull("gate") });
        }
        Entries = list;
    }

    public IReadOnlyList<TimetableEntry> Entries { get; }

    /// <param name="settings">In normal form.</param>
    /// <param name="near">The run's beginning, or now: decides on the day where the runbook names none.</param>
    /// <returns>Null where the runbook has none, or this machine does not know its zone.</returns>
    public static Timetable? Of(JsonObject? settings, DateTimeOffset near) =>
        settings is null || settings.Maps("entries").Count == 0 || !TimeZoneInfo.TryFindSystemTimeZoneById(settings.TextOrNull("zone") ?? "UTC", out _) ? null : new Timetable(settings, near);

    /// <param name="now">By the target's clock.</param>
    /// <param name="phases">As far as the run is.</param>
    /// <param name="made">The gates of decisions that were made; null where nobody can tell.</param>
    public IReadOnlyList<TimetableStanding> Stand(DateTimeOffset now, IReadOnlyList<PhaseRow> phases, IReadOnlySet<string>? made = null) => [.. Entries.Select(e => Stand(e, now, phases, made))];

    /// <summary>In one line: what is late, else what is next; null when there is neither.</summary>
    public string? Summary(DateTimeOffset now, IReadOnlyList<PhaseRow> phases)
    {
        var standings = Stand(now, phases);
        var late = standings.LastOrDefault(s => s.State == "late");
        var next = standings.FirstOrDefault(s => s.State == "ahead");
        var parts = new List<string>();
        if (late is not null) parts.Add(string.Create(CultureInfo.InvariantCulture, $"late by {late.Late:hh\\:mm}: {late.Entry.What}"));
        if (next is not null) parts.Add($"next at {Show(next.Entry)}: {next.Entry.What}");
        return parts.Count == 0 ? null : string.Join("; ", parts);
    }

    /// <summary>The time of an entry for people.</summary>
    public string Show(TimetableEntry entry) => LocalTime.Show(entry.At, _clock);

    private static TimetableStanding Stand(TimetableEntry entry, DateTimeOffset now, IReadOnlyList<PhaseRow> phases, IReadOnlySet<string>? made)
    {
        if (entry.Gate is { } gate && made is not null)
            return made.Contains(gate) ? new TimetableStanding(entry, "go", null) : now < entry.At ? new TimetableStanding(entry, "ahead", null) : new TimetableStanding(entry, "held", now - entry.At > s_grace ? now - entry.At : null);
        if (entry.Phase is not { } phase) return new TimetableStanding(entry, now < entry.At ? "ahead" : "past", null);
        var row = phases.FirstOrDefault(p => p.Phase == phase);
        if ((entry.Done ? row?.EndedAt : row?.BeganAt) is { } happened) return new TimetableStanding(entry, "done", happened - entry.At > s_grace ? happened - entry.At : null);
        return now - entry.At > s_grace ? new TimetableStanding(entry, "late", now - entry.At) : new TimetableStanding(entry, "ahead", null);
    }

    private DateTime Nearest(TimeSpan time, DateTimeOffset near)
    {
        var today = _clock.WallClock(near).Date;
        return new[] { today.AddDays(-1), today, today.AddDays(1) }.MinBy(d => (_clock.First(d + time) - near).Duration());
    }
}
