using System.Globalization;
using Godwit.Http.Problems;
using Microsoft.AspNetCore.Http;

namespace Godwit.Identity.Administration;

/// <summary>Which events are looked for.</summary>
/// <param name="User">About this account.</param>
/// <param name="By">Done by this one to others.</param>
/// <param name="Before">Only what comes after this in the order of the answer, which is from the newest to the oldest.</param>
/// <param name="Limit">1 to 200.</param>
internal sealed record EventFilter(Guid? User, Guid? By, string? Type, string? Severity, DateTimeOffset? From, DateTimeOffset? To, (DateTimeOffset At, long Id)? Before, int Limit)
{
    private const int Most = 200, Usual = 50;

    private static readonly string[] s_severities = ["info", "warning", "critical"];

    /// <exception cref="ProblemException">400: every parameter's fault is named.</exception>
    public static EventFilter Read(IQueryCollection query)
    {
        List<FieldFault> faults = [];
        var severity = Text("severity");
        if (severity is not null && !s_severities.Contains(severity, StringComparer.Ordinal)) faults.Add(new FieldFault("severity", $"is one of {string.Join(", ", s_severities)}"));
        var limit = Usual;
        if (Text("limit") is { } number && (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > Most)) faults.Add(new FieldFault("limit", $"is a whole number from 1 to {Most}"));
        var before = ReadCursor(Text("before"));
        if (Text("before") is not null && before is null) faults.Add(new FieldFault("before", "is the cursor of an event"));
        var filter = new EventFilter(Id("user"), Id("by"), Text("type"), severity, Time("from"), Time("to"), before, limit);
        return faults.Count == 0 ? filter : throw new ProblemException(Problem.ValidationFailed(faults));

        string? Text(string name) => query[name] is [{ Length: > 0 } value] ? value : null;

        Guid? Id(string name)
        {
            if (Text(name) is not { } text) return null;
            if (Guid.TryParse(text, out var id)) return id;
            faults.Add(new FieldFault(name, "is the id of an account"));
            return null;
        }

        DateTimeOffset? Time(string name)
        {
            if (Text(name) is not { } text) return null;
            if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)) return at;
            faults.Add(new FieldFault(name, "is a time: 2026-01-31T12:00:00Z"));
            return null;
        }
    }

    public static string CursorOf(DateTimeOffset at, long id) => string.Create(CultureInfo.InvariantCulture, $"{(at - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond}-{id}");

    private static (DateTimeOffset, long)? ReadCursor(string? text) =>
        text?.Split('-') is [var at, var id] && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) && microseconds < 253402300800000000
            && long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond), number)
            : null;
}
