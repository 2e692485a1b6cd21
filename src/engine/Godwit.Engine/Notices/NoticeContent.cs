using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Godwit.Engine.Notices;

/// <summary>What a notice says, as it is kept until it is sent: no row's value, no secret, no address.</summary>
public sealed record NoticeContent
{
    public required string Subject { get; init; }

    public required string Text { get; init; }

    public required string Event { get; init; }

    public required string Runbook { get; init; }

    public required Guid Run { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string Audience { get; init; }

    public string? Phase { get; init; }

    public required string State { get; init; }

    public string? Reason { get; init; }

    public string? Link { get; init; }

    /// <summary>When the window opens and closes that it is about.</summary>
    public DateTimeOffset? Opens { get; init; }

    public DateTimeOffset? Closes { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, NoticeJson.Default.NoticeContent);

    /// <returns>Null when it is no notice any more: somebody changed it.</returns>
    public static NoticeContent? TryRead(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, NoticeJson.Default.NoticeContent);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <param name="Notice">Its id in the runbook.</param>
/// <param name="Part">Which of its messages.</param>
/// <param name="Event">What it tells of.</param>
/// <param name="Key">Which of such events: the same notice is sent once for each.</param>
public sealed record NoticeDraft(string Notice, int Part, NoticeEvent Event, string Key, bool Required, TimeSpan GiveUp, NoticeContent Content);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NoticeContent))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class NoticeJson : JsonSerializerContext;
