using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Clocks;
using Godwit.Model.Findings;

namespace Godwit.Engine.OnCall;

/// <summary>Who is on call, as a runbook says it.</summary>
public static class OnCallShape
{
    private static readonly Shape.Text s_line = new(@"[^\r\n]*\S[^\r\n]*") { Expected = "one line of text", MaxLength = 200 };

    private static readonly Shape.Map s_person = new(
        new Field("name", s_line, "Who", Required: true),
        new Field("contact", s_line, "How they are reached"),
        new Field("role", s_line, "The role, of `roles`, that they have"),
        new Field("from", LocalTime.Text, "Since when they are on call; without it by the rotation, or always"),
        new Field("to", LocalTime.Text, "Until when"))
    {
        Short = "name",
        Name = "person on call",
        Description = "Somebody who is on call",
    };

    private static readonly Shape.Map s_rotation = new(
        new Field("starts", LocalTime.DateText, "The day on which the first of `order` begins", Required: true),
        new Field("at", LocalTime.DayTime, "The time of day at which one takes over from the other") { Default = "09:00" },
        new Field("weeks", new Shape.Whole(1, 52), "How many weeks each has it") { Default = "1" },
        new Field("order", new Shape.List(s_line) { Min = 1, Max = 200 }, "The names, one after another", Required: true))
    {
        Name = "rotation",
        Description = "Who is on call by the week",
    };

    public static Shape.Map Shape { get; } = new(
        new Field("zone", new Shape.Text { MaxLength = 100 }, "The time zone of these times, by its IANA name") { Default = "UTC" },
        new Field("people", new Shape.List(s_person) { Min = 1, Max = 500 }, "Who they are; times of their own come before the rotation", Required: true),
        new Field("rotation", s_rotation, "Who of them it is by the week"));

    /// <param name="onCall">In normal form.</param>
    /// <param name="roles">That the runbook declares.</param>
    /// <param name="at">Where a value was written.</param>
    public static IEnumerable<Finding> FindFaults(JsonObject onCall, IReadOnlyCollection<string> roles, Func<string, Place.InFile?> at)
    {
        var zone = onCall.TextOrNull("zone") ?? "UTC";
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _)) yield return Wrong($"This machine knows no time zone \"{zone}\"", at("/zone"), "Write an IANA name such as Europe/Berlin, or install tzdata.");
        var people = onCall.Maps("people");
        foreach (var (i, person) in people.Index())
        {
            foreach (var key in (string[])["from", "to"])
            {
                if (person.TextOrNull(key) is { } text && LocalTime.TryParse(text) is null) yield return Wrong($"\"{text}\" is no day that there is", at($"/people/{i}/{key}"));
            }
            if (person.TextOrNull("from") is { } from && person.TextOrNull("to") is { } to && LocalTime.TryParse(from) >= LocalTime.TryParse(to)) yield return Wrong("This ends before it begins", at($"/people/{i}"));
            if (person.TextOrNull("role") is { } role && !roles.Contains(role, StringComparer.OrdinalIgnoreCase))
                yield return Finding.Error(FindingCodes.RoleUnknown, $"The role \"{role}\" is not declared", at($"/people/{i}/role"), Suggestion.For(role, roles) is { } meant ? $"Did you mean \"{meant}\"?" : "Declare it under \"roles\", with the people who have it");
        }
        if (onCall.MapOrNull("rotation") is not { } rotation) yield break;
        if (LocalTime.TryParse(rotation.Text("starts")) is null) yield return Wrong($"\"{rotation.Text("starts")}\" is no day that there is", at("/rotation/starts"));
        var names = people.Select(p => p.Text("name")).ToHashSet(StringComparer.Ordinal);
        foreach (var (i, name) in rotation.Texts("order").Index().Where(n => !names.Contains(n.Item)))
            yield return Wrong($"\"{name}\" is in the rotation, and not under \"people\"", at($"/rotation/order/{i}"), Suggestion.For(name, names) is { } meant ? $"Did you mean \"{meant}\"?" : "Add them, with how they are reached.");
    }

    private static Finding Wrong(string message, Place.InFile? place, string? remedy = null) => Finding.Error(FindingCodes.OnCallWrong, message, place, remedy);
}
