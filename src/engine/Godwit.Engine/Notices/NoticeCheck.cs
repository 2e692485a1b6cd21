using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Godwit.Documents.Shapes;
using Godwit.Engine.Gates.Window;
using Godwit.Engine.Secrets;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Notices;

/// <summary>What is wrong with the notices of a runbook beyond their shape.</summary>
public static partial class NoticeCheck
{
    /// <param name="notices">In normal form.</param>
    /// <param name="waits">Whether a gate of the runbook waits for its window.</param>
    /// <param name="at">Where a value of a notice was written: its number, and a pointer into it.</param>
    public static IEnumerable<Finding> FindFaults(JsonArray notices, bool waits, Func<int, string, Place.InFile?> at)
    {
        var read = NoticeSettings.All(notices);
        foreach (var (i, notice) in read.Index())
        {
            foreach (var finding in CheckText(notice, i, at)) yield return finding;
            if (read.Take(i).Any(n => n.Id == notice.Id)) yield return Wrong($"Two notices have the id \"{notice.Id}\"", at(i, ""), "Give this one an id of its own: \"id: …\"");
            if (notice.Channel is NoticeChannel.Mail mail)
            {
                foreach (var (n, address) in mail.To.Index().Where(a => !IsAddress(a.Item))) yield return Wrong($"\"{address}\" is no mail address", at(i, $"/mail/{n}"), "Write name@host, without a display name.");
            }
            if (notice.Channel is NoticeChannel.Post post)
            {
                foreach (var finding in OutsideValue.Check(post.Headers, at(i, $"/{post.Word}"))) yield return finding;
            }
            if (notice.When.Contains(NoticeEvent.Before) && !waits)
                yield return Finding.Warning(FindingCodes.NoticeSettings, $"The notice \"{notice.Id}\" is for before a window, and no gate of the runbook waits for one: it is never sent", at(i, "/when"), "Give the first phase a gate: window: {allow: …, wait: true}");
        }
    }

    /// <summary>Whether any gate waits for its window.</summary>
    public static bool Waits(IEnumerable<PhaseSettings> phases) => phases.SelectMany(p => p.Gates).Any(g => g.Kind == WindowGateKind.KindName && g.Settings.FlagOrNull("wait") is true);

    /// <summary>One that every server takes as it is: letters, digits and a few marks, no comment, no quotes, nothing that could begin another header or address.</summary>
    public static bool IsAddress(string text) => text.Length <= 254 && Address().IsMatch(text);

    private static IEnumerable<Finding> CheckText(NoticeSettings notice, int index, Func<int, string, Place.InFile?> at)
    {
        foreach (var (key, text) in new[] { ("text", notice.Text), ("subject", notice.Subject) })
        {
            if (text is null) continue;
            foreach (var name in NoticeText.NamesIn(text).Distinct(StringComparer.Ordinal))
            {
                if (!NoticeText.Placeholders.Contains(name, StringComparer.Ordinal))
                {
                    var meant = Suggestion.For(name, NoticeText.Placeholders);
                    yield return Finding.Error(
                        FindingCodes.NoticeText, $"There is no placeholder {{{name}}}", at(index, $"/{key}"),
                        (meant is null ? "" : $"Did you mean {{{meant}}}? ") + $"Placeholders are {string.Join(", ", NoticeText.Placeholders.Select(p => $"{{{p}}}"))}; {{{{ is the text {{ itself");
                }
                else if (notice.Audience == NoticeAudience.Customers && NoticeText.Internal.Contains(name, StringComparer.Ordinal))
                {
                    yield return Finding.Warning(FindingCodes.NoticeAudience, $"{{{name}}} is for the team, and customers would read it", at(index, $"/{key}"), "Take it out, or give the notice another audience.");
                }
            }
        }
    }

    private static Finding Wrong(string message, Place.InFile? place, string? remedy = null) => Finding.Error(FindingCodes.NoticeSettings, message, place, remedy);

    [GeneratedRegex(@"^[A-Za-z0-9._%+'=&~-]+(?<!\.)@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Address();
}
