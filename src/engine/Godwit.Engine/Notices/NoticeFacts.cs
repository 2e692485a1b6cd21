using System.Globalization;
using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Clocks;
using Godwit.Engine.OnCall;
using Godwit.Engine.Timetables;
using Godwit.Model.Runbooks;
using Godwit.Security.Masking;

namespace Godwit.Engine.Notices;

/// <summary>What placeholders stand for when something happens, and the notices that are made of it.</summary>
public sealed class NoticeFacts
{
    public const int LongestSubject = 200, LongestText = 8000, LongestReason = 1000;

    private readonly RunbookPlan _plan;
    private readonly Guid _run;
    private readonly NoticeOccurrence _what;
    private readonly DateTimeOffset _at;
    private readonly Dictionary<string, string> _values;

    /// <param name="plan">The run's.</param>
    /// <param name="run">Which.</param>
    /// <param name="what">What happened.</param>
    /// <param name="at">When, by the target's clock.</param>
    public NoticeFacts(RunbookPlan plan, Guid run, NoticeOccurrence what, DateTimeOffset at)
    {
        (_plan, _run, _what, _at) = (plan, run, what, at);
        _values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["run"] = plan.Name,
            ["id"] = run.ToString(),
            ["phase"] = what.Phase ?? "",
            ["state"] = what.State,
            // Messages hold no row's value; what a tool said of a secret is blotted out all the same.
            ["reason"] = what.Reason is { } reason ? NoticeText.Line(SecretMask.Mask(reason), LongestReason) : "",
            ["eta"] = Eta(),
            ["window"] = Window(),
            ["oncall"] = OnCallPlan.Of(plan) is { } onCall ? OnCallPlan.Describe(onCall.At(at)) : "",
            ["roles"] = string.Join(", ", what.Roles),
            ["contacts"] = string.Join(", ", OnCallPlan.ContactsOf(plan, what.Roles)),
            ["timetable"] = Next(),
        };
    }

    public NoticeContent Write(NoticeSettings notice)
    {
        var values = new Dictionary<string, string>(_values, StringComparer.Ordinal) { ["link"] = notice.Link ?? "" };
        var (subject, text) = NoticeWords.Of(_what.Event, notice.Audience);
        var customers = notice.Audience == NoticeAudience.Customers;
        var filled = NoticeText.Fill(notice.Text ?? text, values);
        return new NoticeContent
        {
            Subject = NoticeText.FillLine(notice.Subject ?? subject, values, LongestSubject),
            Text = filled.Length <= LongestText ? filled : string.Concat(filled.EnumerateRunes().Take(LongestText)),
            Event = NoticeEvents.Word(_what.Event),
            Runbook = _plan.Name,
            Run = _run,
            At = _at,
            Audience = notice.Audience switch { NoticeAudience.Customers => "customers", NoticeAudience.OnCall => "on-call", _ => "team" },
            Phase = _what.Phase,
            State = _what.State,
            Reason = customers || values["reason"].Length == 0 ? null : values["reason"],
            Link = notice.Link,
            Opens = _what.Opens,
            Closes = _what.Closes,
        };
    }

    /// <summary>When everything but contract ought to be over: where the runbook estimates all phases from here on.</summary>
    private string Eta()
    {
        if (_what.Event is not (NoticeEvent.Before or NoticeEvent.Began or NoticeEvent.Phase)) return "";
        var from = PhaseNames.Find(_what.Phase ?? "") ?? Phase.Expand;
        var left = _plan.Phases.Where(p => p.Phase >= from && p.Phase is not (Phase.Contract or Phase.Observe)).ToList();
        if (left.Count == 0 || left.Exists(p => p.Estimate is null)) return "";
        var end = (_what.Opens ?? _at) + TimeSpan.FromTicks(left.Sum(p => p.Estimate!.Value.Ticks));
        return LocalTime.Show(end, new ZoneClock(Zone()));
    }

    private string Window()
    {
        if (_what.Opens is { } opens)
        {
            var clock = new ZoneClock(Zone());
            return LocalTime.Show(opens, clock) + (_what.Closes is { } closes ? $" to {LocalTime.Show(closes, clock)}" : "");
        }
        var phase = PhaseNames.Find(_what.Phase ?? "");
        var gate = _plan.Phases.Where(p => phase is null || p.Phase == phase).SelectMany(p => p.Gates).FirstOrDefault(g => g.Kind == "window");
        if (gate is null || gate.Settings.Maps("allow").Count == 0) return "";
        return $"{string.Join("; ", gate.Settings.Maps("allow").Select(s => $"{s.Text("from")} to {s.Text("to")}"))} {gate.Settings.Text("zone")}";
    }

    private TimeZoneInfo Zone() =>
        (_what.Zone ?? _plan.Phases.SelectMany(p => p.Gates).Where(g => g.Kind == "window").Select(g => g.Settings.TextOrNull("zone")).FirstOrDefault()) is { } name
        && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : TimeZoneInfo.Utc;

    private string Next()
    {
        if (Timetable.Of(_plan.Timetable, _at) is not { } timetable || timetable.Entries.FirstOrDefault(e => e.At > _at) is not { } next) return "";
        return string.Create(CultureInfo.InvariantCulture, $"next at {timetable.Show(next)}: {next.What}{(next.Who.Count == 0 ? "" : $" ({string.Join(", ", next.Who)})")}");
    }
}
