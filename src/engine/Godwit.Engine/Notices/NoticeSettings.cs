using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Secrets;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Notices;

/// <summary>For whom a notice is written.</summary>
public enum NoticeAudience
{
    /// <summary>People outside: told what it means to them, not what went on inside.</summary>
    Customers,

    Team,

    /// <summary>Whoever has to act now.</summary>
    OnCall,
}

/// <summary>One notice of a runbook: who is told what, when, and by what way.</summary>
public sealed record NoticeSettings
{
    /// <summary>Distinct in the runbook.</summary>
    public required string Id { get; init; }

    public required IReadOnlyList<NoticeEvent> When { get; init; }

    public required NoticeAudience Audience { get; init; }

    /// <summary>Null for Godwit's own words.</summary>
    public string? Text { get; init; }

    public string? Subject { get; init; }

    /// <summary>Where more is to be seen.</summary>
    public string? Link { get; init; }

    /// <summary>Whether a phase waits until it was sent.</summary>
    public required bool Required { get; init; }

    /// <summary>How long before a window opens it is told of.</summary>
    public required TimeSpan Ahead { get; init; }

    /// <summary>How long one attempt may take.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>For how long sending it is tried.</summary>
    public required TimeSpan GiveUp { get; init; }

    public required NoticeChannel Channel { get; init; }

    public static IReadOnlyList<NoticeSettings> All(RunbookPlan plan) => All(plan.Notices);

    /// <summary>In normal form, as this program or an older one wrote it.</summary>
    public static IReadOnlyList<NoticeSettings> All(JsonArray notices) => [.. notices.OfType<JsonObject>().Select(Read)];

    private static NoticeSettings Read(JsonObject notice, int index)
    {
        var channel = NoticeChannel.Read(notice);
        return new NoticeSettings
        {
            Id = notice.TextOrNull("id") ?? DefaultId(channel.Word, index),
            When = [.. notice.Texts("when").Select(NoticeEvents.Find).OfType<NoticeEvent>()],
            Audience = notice.TextOrNull("audience") switch { "customers" => NoticeAudience.Customers, "on-call" => NoticeAudience.OnCall, _ => NoticeAudience.Team },
            Text = notice.TextOrNull("text"),
            Subject = notice.TextOrNull("subject"),
            Link = notice.TextOrNull("link"),
            Required = notice.FlagOrNull("required") ?? false,
            Ahead = notice.DurationOrNull("ahead") ?? TimeSpan.FromMinutes(15),
            Timeout = notice.DurationOrNull("timeout") ?? TimeSpan.FromSeconds(10),
            GiveUp = notice.DurationOrNull("give_up") ?? TimeSpan.FromHours(1),
            Channel = channel,
        };
    }

    public static string DefaultId(string channel, int index) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{channel}-{index + 1}");
}

/// <summary>The way a notice takes.</summary>
public abstract record NoticeChannel(string Word)
{
    /// <summary>How many messages one event makes: people who get mail do not see each other's addresses, and one that is refused does not keep the others waiting.</summary>
    public virtual int Parts => 1;

    /// <param name="To">Addresses, a message each.</param>
    public sealed record Mail(IReadOnlyList<string> To) : NoticeChannel("mail")
    {
        public override int Parts => To.Count;
    }

    /// <param name="Form">What the body looks like: <c>webhook</c>, <c>slack</c>, …</param>
    /// <param name="Url">The variable that holds the URL.</param>
    /// <param name="Secret">The variable with the key of the signature; null signs nothing.</param>
    /// <param name="Components">Of a status page: what is affected.</param>
    public sealed record Post(string Word, string Form, string Url, string? Secret, IReadOnlyList<KeyValuePair<string, OutsideValue>> Headers, IReadOnlyList<string> Components) : NoticeChannel(Word);

    public static NoticeChannel Read(JsonObject notice) =>
        notice["mail"] is JsonArray ? new Mail(notice.Texts("mail"))
        : notice.MapOrNull("chat") is { } chat ? Of("chat", chat.TextOrNull("form") ?? "slack", chat)
        : notice.MapOrNull("status_page") is { } page ? Of("status_page", "status_page", page)
        : notice.MapOrNull("webhook") is { } webhook ? Of("webhook", "webhook", webhook)
        // A channel that could not be read, or that only a newer program knows: nothing is sent.
        : new Mail([]);

    private static Post Of(string word, string form, JsonObject settings) => new(
        word, form, settings.Text("env"), settings.TextOrNull("secret_env"), OutsideValue.ReadAll(settings, "headers"), settings.Texts("components"));
}
