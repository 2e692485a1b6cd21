using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Godwit.Security.Canonical;

namespace Godwit.Identity.Events;

/// <summary>All that a row says when it is written, as the one sequence of bytes that its leaf commits to. The same is computed of the row when the log is verified.</summary>
internal sealed record EventContent(
    Guid EventId, DateTimeOffset At, string Type, string Category, string Severity, bool Blocked, long? UserId, IPAddress? Address, string? Agent, Guid? Device, long? Session, int? Risk, string? Data)
{
    /// <summary>To the microsecond, as the column keeps it.</summary>
    public static DateTimeOffset Rounded(DateTimeOffset at) => new(at.Ticks - (at.Ticks % TimeSpan.TicksPerMicrosecond), at.Offset);

    /// <exception cref="CanonicalJsonException">The data are no JSON, or hold a number that is not whole.</exception>
    public byte[] ToBytes()
    {
        var row = new JsonObject
        {
            ["id"] = EventId.ToString(), ["at"] = At.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture), ["type"] = Type, ["category"] = Category, ["severity"] = Severity, ["blocked"] = Blocked,
        };
        if (UserId is { } user) row["user"] = user;
        if (Address is not null) row["address"] = Address.ToString();
        if (Agent is not null) row["agent"] = Agent;
        if (Device is { } device) row["device"] = device.ToString();
        if (Session is { } session) row["session"] = session;
        if (Risk is { } risk) row["risk"] = risk;
        if (Data is not null) row["data"] = JsonNode.Parse(Data);
        using var document = JsonDocument.Parse(row.ToJsonString());
        return CanonicalJson.Canonicalize(document.RootElement);
    }
}
