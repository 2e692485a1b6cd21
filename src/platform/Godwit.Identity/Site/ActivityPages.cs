using Godwit.Identity.Devices;
using Godwit.Identity.Events;
using Godwit.Identity.Site.Frame;
using Godwit.Identity.Site.Markup;
using Godwit.Identity.Site.Serving;

namespace Godwit.Identity.Site;

/// <summary>The newest security events of an account.</summary>
internal static class ActivityPages
{
    public static void Map(SiteMap map) => map.Private("/account/activity", ShowAsync);

    private static async Task<Page> ShowAsync(Visit v)
    {
        // That a page renewed its session says nothing to a person.
        var events = (await v.Get<OwnEvents>().ListAsync(v.Caller, v.Cancellation)).Where(e => e.Type != "session_renewed").ToList();
        return new Page("Activity", "What happened with your account. If something was not you, change your password.", Html.Of($"""
            <section class="card">
            {(events.Count == 0 ? Html.Of($"<p>Nothing yet.</p>") : Html.Of($"<ol class=\"history\">{events.Select(Line)}</ol>"))}
            </section>
            """)) { Tab = "/account/activity" };
    }

    private static Html Line(EventDocument e) => Html.Of($"""
        <li class="{(e.Severity is "critical" ? "bad" : e.Severity is "warning" ? "careful" : "plain")}"><span><strong>{Words(e.Type)}</strong>{(e.Blocked ? Html.Of($" <span class=\"badge\">stopped</span>") : Html.None)}<br><span class="quiet">{(e.UserAgent is { } agent ? UserAgent.Read(agent).Name : "")}{(e.IpAddress is { } ip ? $" from {ip}" : "")}</span></span> {FormParts.Time(e.At)}</li>
        """);

    /// <summary>The event's own name, which is one of few words: <c>login_success</c>.</summary>
    private static string Words(string type) => type switch
    {
        "login_success" => "Signed in",
        "login_failed" => "Sign-in failed",
        "login_throttled" => "Sign-in slowed down",
        "second_factor_asked" => "Asked for the second factor",
        "second_factor_enabled" => "Second factor set up",
        "second_factor_disabled" => "Second factor taken away",
        "second_factor_failed" => "Wrong code",
        "refresh_token_reused" => "A copy of a session was used",
        "logout" => "Signed out",
        "logout_all" => "Signed out everywhere",
        _ => char.ToUpperInvariant(type[0]) + type[1..].Replace('_', ' '),
    };
}
