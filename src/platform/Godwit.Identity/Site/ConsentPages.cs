using Godwit.Identity.Consents;
using Godwit.Identity.Site.Frame;
using Godwit.Identity.Site.Markup;
using Godwit.Identity.Site.Serving;

namespace Godwit.Identity.Site;

/// <summary>What somebody has agreed to: taking it back is one button, as giving it is.</summary>
internal static class ConsentPages
{
    private const string Path = "/account/consents";

    private static readonly string[] s_optional = ["marketing", "analytics"];

    public static void Map(SiteMap map)
    {
        map.Private(Path, ShowAsync);
        map.Action(Path + "/grant", ShowAsync, v => ChooseAsync(v, true, "consent-granted"));
        map.Action(Path + "/withdraw", ShowAsync, v => ChooseAsync(v, false, "consent-withdrawn"));
    }

    public static string NameOf(string type) => type switch { "terms" => "Terms", "privacy" => "Privacy notice", "marketing" => "News", "analytics" => "Use of your visits", var other => other };

    private static async Task<Page> ShowAsync(Visit v)
    {
        var (history, words) = (await v.Get<OwnConsents>().HistoryAsync(v.Caller, v.Cancellation), await v.Get<ConsentTexts>().NewestAsync(v.Cancellation));
        return new Page("Consents", null, Html.Of($"""
            <section class="card">
            <h2>What you can choose</h2>
            <ul class="choices">{s_optional.Where(t => words.Exists(w => w.Type == t) || history.Any(h => h.Type == t)).Select(t => Choice(v, t, history.FirstOrDefault(h => h.Type == t)?.Granted ?? false, words.Find(w => w.Type == t)?.Content))}</ul>
            <p class="quiet">The terms and the privacy notice hold as long as there is an account.</p>
            </section>
            <section class="card">
            <h2>History</h2>
            <ol class="history">{history.Select(Line)}</ol>
            </section>
            """)) { Tab = Path };
    }

    private static Html Choice(Visit v, string type, bool granted, string? words) => Html.Of($"""
        <li>
        <div><strong>{NameOf(type)}</strong> <span class="badge{(granted ? " good" : "")}">{(granted ? "agreed" : "not agreed")}</span>{(words is null ? Html.None : Html.Of($"<details><summary>The words</summary><div class=\"words\">{words}</div></details>"))}</div>
        {FormParts.Form(v, granted ? Path + "/withdraw" : Path + "/grant", Html.Of($"{FormParts.Hidden("type", type)}{FormParts.Button(granted ? "Withdraw" : "Agree", NameOf(type), "quiet small")}"), "inline")}
        </li>
        """);

    private static Html Line(ConsentDocument c) => Html.Of($"""
        <li><span><strong>{NameOf(c.Type)}</strong> {c.Version} {(c.Granted ? "agreed to" : "withdrawn")}</span> {FormParts.Time(c.At)}{(c.Text is { } text ? Html.Of($"<details><summary>The words<span class=\"unseen\"> of {NameOf(c.Type)} {c.Version}</span></summary><div class=\"words\">{text}</div></details>") : Html.None)}</li>
        """);

    private static async Task<Reply> ChooseAsync(Visit v, bool granted, string notice)
    {
        await v.Get<OwnConsents>().ChooseAsync(v.Caller, new ConsentChoice(v.Typed("type"), granted), v.Client, v.Cancellation);
        return new Reply.Go($"{Path}?notice={notice}");
    }
}
