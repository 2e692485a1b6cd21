using Godwit.Engine.Notices;

namespace Godwit.Cli.Notices;

/// <summary>A notice of a runbook, and one of a run.</summary>
/// <param name="To">The channel, and how many addresses it has; no address and no URL.</param>
internal sealed record NoticePlanDocument(string Id, string Audience, IReadOnlyList<string> When, string To, bool Required)
{
    public static NoticePlanDocument Of(NoticeSettings notice) => new(
        notice.Id, NoticeWord.Of(notice.Audience), [.. notice.When.Select(NoticeEvents.Word)],
        notice.Channel switch
        {
            NoticeChannel.Mail mail => $"mail to {mail.To.Count} {(mail.To.Count == 1 ? "address" : "addresses")}",
            NoticeChannel.Post { Word: "chat" } post => $"{post.Form}, {post.Url}",
            NoticeChannel.Post post => $"{post.Word.Replace('_', ' ')}, {post.Url}",
            _ => "nobody",
        },
        notice.Required);
}

/// <param name="State"><c>waiting</c>, <c>sent</c> or <c>given-up</c>.</param>
internal sealed record NoticeDocument(string Notice, int Part, string Event, string State, int Attempts, DateTimeOffset At, DateTimeOffset? SentAt, DateTimeOffset? NextTry, string? Problem, string Subject)
{
    public static NoticeDocument Of(NoticeRow row) => new(
        row.Notice, row.Part + 1, row.Event, NoticeWord.Of(row.State), row.Attempts, row.MadeAt, row.SentAt, row.State == NoticeState.Waiting ? row.NextTry : null, row.Problem, row.Subject);
}

/// <summary>A notice as it would read.</summary>
internal sealed record NoticePreview(string Notice, string Event, string Audience, string Subject, string Text);

internal static class NoticeWord
{
    public static string Of(NoticeAudience audience) => audience == NoticeAudience.OnCall ? "on-call" : audience.ToString().ToLowerInvariant();

    public static string Of(NoticeState state) => state == NoticeState.GivenUp ? "given-up" : state.ToString().ToLowerInvariant();
}
