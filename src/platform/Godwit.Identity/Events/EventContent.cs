using System.Globalization;
using System.Net;
using Godwit.Security.Canonical;

namespace Godwit.Identity.Events;

/// <summary>All that a row says when it is written, as the one sequence of bytes that its leaf commits to. The same is computed of the row when the log is verified.</summary>
internal sealed record EventContent(
    Guid EventId, DateTimeOffset At, string Type, string Category, string Severity, bool Blocked, long? UserId, IPAddress? Address, string? Agent, Guid? Device, long? Session, int? Risk, string? Data)
{
    /// <summary>To the microsecond, as the column keeps it.</summary>
    public static DateTimeOffset Rounded(DateTimeOffset at) => new(at.Ticks - (at.Ticks % TimeSpan.TicksPerMicrosecond), at.Offset);

    /// <exception cref="CanonicalJsonException">The data are no JSON, or hold a number that is not whole.</exception>
    public byte[] ToBytes() => new CanonicalObject()
        .Add("address", Address?.ToString())
        .Add("agent", Agent)
        .Add("at", At.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture))
        .Add("blocked", Blocked)
        .Add("category", Category)
        .AddJson("data", Data)
        .Add("device", Device?.ToString())
        .Add("id", EventId.ToString())
        .Add("risk", Risk)
        .Add("session", Session)
        .Add("severity", Severity)
        .Add("type", Type)
        .Add("user", UserId)
        .ToBytes();
}
