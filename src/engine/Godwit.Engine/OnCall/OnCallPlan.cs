using System.Globalization;
using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Clocks;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.OnCall;

/// <summary>Somebody who is on call, and how they are reached.</summary>
public sealed record OnCallPerson(string Name, string? Contact)
{
    public override string ToString() => Contact is null ? Name : $"{Name} ({Contact})";
}

/// <summary>Who is on call at a moment. Somebody with times of their own comes before the rotation, which comes before those who always are.</summary>
public sealed class OnCallPlan
{
    private readonly ZoneClock _zone;
    private readonly List<(OnCallPerson Who, DateTime? From, DateTime? To)> _people;
    private readonly (DateTime Starts, int Weeks, IReadOnlyList<string> Order)? _rotation;

    private OnCallPlan(JsonObject settings)
    {
        _zone = new ZoneClock(TimeZoneInfo.FindSystemTimeZoneById(settings.TextOrNull("zone") ?? "UTC"));
        _people = [.. settings.Maps("people").Select(p => (new OnCallPerson(p.Text("name"), p.TextOrNull("contact")), LocalTime.TryParse(p.TextOrNull("from")), LocalTime.TryParse(p.TextOrNull("to"))))];
        if (settings.MapOrNull("rotation") is { } rotation)
            _rotation = (LocalTime.TryParse(rotation.Text("starts"))!.Value + LocalTime.OfDay(rotation.TextOrNull("at") ?? "09:00"), (int)(rotation.WholeOrNull("weeks") ?? 1), rotation.Texts("order"));
    }

    /// <summary>Null where the runbook says nothing, or where this machine does not know the zone.</summary>
    public static OnCallPlan? Of(RunbookPlan plan) => Of(plan.OnCall);

    /// <inheritdoc cref="Of(RunbookPlan)"/>
    public static OnCallPlan? Of(JsonObject? settings) =>
        settings is null || !TimeZoneInfo.TryFindSystemTimeZoneById(settings.TextOrNull("zone") ?? "UTC", out _) ? null : new OnCallPlan(settings);

    public IReadOnlyList<OnCallPerson> At(DateTimeOffset now)
    {
        var own = _people.Where(p => (p.From is not null || p.To is not null) && (p.From is not { } from || now >= _zone.First(from)) && (p.To is not { } to || now < _zone.First(to))).Select(p => p.Who).ToList();
        if (own.Count > 0) return own;
        if (_rotation is { } rotation) return Turn(rotation, now) is { } name ? [_people.First(p => p.Who.Name == name).Who] : [];
        return [.. _people.Where(p => p.From is null && p.To is null).Select(p => p.Who)];
    }

    /// <summary>By the wall clock: a week in which the clocks change is an hour longer or shorter, and the hour of the day at which it ends stays.</summary>
    private string? Turn((DateTime Starts, int Weeks, IReadOnlyList<string> Order) rotation, DateTimeOffset now)
    {
        var since = _zone.WallClock(now) - rotation.Starts;
        if (since < TimeSpan.Zero) return null;
        return rotation.Order[(int)(Math.Floor(since.TotalDays / (7 * rotation.Weeks)) % rotation.Order.Count)];
    }

    /// <summary>In one line, for people.</summary>
    public static string Describe(IReadOnlyList<OnCallPerson> people) => people.Count == 0 ? "nobody" : string.Join(", ", people.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p}")));

    /// <summary>How the people of roles are reached, as far as the runbook says.</summary>
    public static IReadOnlyList<OnCallPerson> ContactsOf(RunbookPlan plan, IEnumerable<string> roles)
    {
        var contacts = (plan.OnCall?.Maps("people") ?? []).GroupBy(p => p.Text("name"), StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Select(p => p.TextOrNull("contact")).FirstOrDefault(c => c is not null), StringComparer.Ordinal);
        return [.. roles.SelectMany(r => plan.Roles.Where(d => string.Equals(d.Key, r, StringComparison.OrdinalIgnoreCase)).SelectMany(d => d.Value)).Distinct(StringComparer.Ordinal).Select(n => new OnCallPerson(n, contacts.GetValueOrDefault(n)))];
    }
}
