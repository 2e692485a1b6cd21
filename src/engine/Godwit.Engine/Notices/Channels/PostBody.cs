using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Godwit.Engine.Notices.Channels;

/// <summary>What is posted, in the form that its receiver knows.</summary>
internal static class PostBody
{
    /// <summary>Never put into a page.</summary>
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(NoticeChannel.Post post, NoticeParcel parcel) => (post.Form switch
    {
        "slack" => Slack(parcel.Content),
        "mattermost" => new JsonObject { ["username"] = "godwit", ["text"] = $"#### {Plain(parcel.Content.Subject)}\n{Plain(parcel.Content.Text)}" },
        "discord" => new JsonObject { ["username"] = "godwit", ["content"] = Cut($"**{parcel.Content.Subject}**\n{parcel.Content.Text}", 1900), ["allowed_mentions"] = new JsonObject { ["parse"] = new JsonArray() } },
        "teams" => Teams(parcel.Content),
        "status_page" => StatusPage(post, parcel.Content),
        _ => Webhook(parcel),
    }).ToJsonString(s_json);

    private static JsonObject Webhook(NoticeParcel parcel)
    {
        var content = parcel.Content;
        var body = new JsonObject
        {
            ["id"] = parcel.IdempotencyKey, ["notice"] = parcel.Notice, ["event"] = content.Event, ["runbook"] = content.Runbook, ["run"] = content.Run.ToString(), ["state"] = content.State,
            ["at"] = Time(content.At), ["audience"] = content.Audience, ["subject"] = content.Subject, ["text"] = content.Text,
        };
        if (content.Phase is { } phase) body["phase"] = phase;
        if (content.Reason is { } reason) body["reason"] = reason;
        if (content.Link is { } link) body["link"] = link;
        if (content.Opens is { } opens) body["opens"] = Time(opens);
        if (content.Closes is { } closes) body["closes"] = Time(closes);
        return body;
    }

    /// <summary>https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks: <c>text</c> is what notifications show, the blocks are what is read.</summary>
    private static JsonObject Slack(NoticeContent content) => new()
    {
        ["text"] = Escape(content.Subject),
        ["blocks"] = new JsonArray(
            new JsonObject { ["type"] = "header", ["text"] = new JsonObject { ["type"] = "plain_text", ["text"] = Cut(content.Subject, 150) } },
            new JsonObject { ["type"] = "section", ["text"] = new JsonObject { ["type"] = "mrkdwn", ["text"] = Cut(Escape(content.Text), 2900) } }),
    };

    /// <summary>An adaptive card, as the workflows of Teams take it.</summary>
    private static JsonObject Teams(NoticeContent content) => new()
    {
        ["type"] = "message",
        ["attachments"] = new JsonArray(new JsonObject
        {
            ["contentType"] = "application/vnd.microsoft.card.adaptive",
            ["content"] = new JsonObject
            {
                ["$schema"] = "http://adaptivecards.io/schemas/adaptive-card.json", ["type"] = "AdaptiveCard", ["version"] = "1.4",
                ["body"] = new JsonArray(
                    new JsonObject { ["type"] = "TextBlock", ["text"] = content.Subject, ["weight"] = "bolder", ["wrap"] = true },
                    new JsonObject { ["type"] = "TextBlock", ["text"] = content.Text.Replace("\n", "\n\n", StringComparison.Ordinal), ["wrap"] = true }),
            },
        }),
    };

    /// <summary>One incident a run: <c>key</c> is the same for all that is told of it.</summary>
    private static JsonObject StatusPage(NoticeChannel.Post post, NoticeContent content)
    {
        var incident = new JsonObject { ["key"] = content.Run.ToString(), ["name"] = content.Subject, ["status"] = StatusOf(content), ["body"] = content.Text };
        if (content.Opens is { } opens) incident["scheduled_for"] = Time(opens);
        if (content.Closes is { } closes) incident["scheduled_until"] = Time(closes);
        var state = ComponentStateOf(content);
        incident["components"] = new JsonObject(post.Components.Distinct(StringComparer.Ordinal).Select(c => KeyValuePair.Create(c, (JsonNode?)state)));
        return new JsonObject { ["incident"] = incident };
    }

    private static string StatusOf(NoticeContent content) => content.Event switch
    {
        "before" => "scheduled",
        "failed" or "aborted" => "investigating",
        "phase" when content.Phase == "observe" => "monitoring",
        "done" or "finished" or "rolled-back" => "resolved",
        _ => "identified",
    };

    private static string ComponentStateOf(NoticeContent content) => content.Event switch
    {
        "before" or "done" or "finished" or "rolled-back" => "operational",
        "phase" when content.Phase == "observe" => "operational",
        "failed" or "aborted" => "partial_outage",
        _ => "under_maintenance",
    };

    /// <summary>Slack's own marks (https://docs.slack.dev/messaging/formatting-message-text): a text cannot call everybody.</summary>
    private static string Escape(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    /// <summary>Where a name after an at sign would call people.</summary>
    private static string Plain(string text) => text.Replace("@", "@\u200b", StringComparison.Ordinal);

    private static string Cut(string text, int longest)
    {
        if (text.Length <= longest) return text;
        // Never within a pair of characters.
        return text[..(char.IsHighSurrogate(text[longest - 2]) ? longest - 2 : longest - 1)] + "…";
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
