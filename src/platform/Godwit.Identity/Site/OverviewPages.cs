using Godwit.Identity.Accounts;
using Godwit.Identity.People;
using Godwit.Identity.SecondFactors;
using Godwit.Identity.Site.Frame;
using Godwit.Identity.Site.Markup;
using Godwit.Identity.Site.Serving;
using Godwit.Identity.Sms;

namespace Godwit.Identity.Site;

/// <summary>What an account is, at a glance.</summary>
internal static class OverviewPages
{
    public static void Map(SiteMap map) => map.Private("/account", ShowAsync);

    public static async Task<Page> ShowAsync(Visit v)
    {
        var (profile, factor, sessions) = (await v.Get<OwnProfile>().ReadAsync(v.Caller, v.Cancellation), await v.Get<OwnSecondFactor>().StatusAsync(v.Caller, v.Cancellation), await v.Get<OwnSessions>().ListAsync(v.Caller, v.Cancellation));
        var name = string.Join(' ', new[] { profile.FirstName, profile.LastName }.OfType<string>());
        return new Page(profile.FirstName is { } first ? $"Hello, {first}" : "Your account", null, Html.Of($"""
            <div class="tiles">
            <a class="tile{(factor.Enabled ? " good" : " careful")}" href="/account/second-factor"><strong>Second factor</strong><span>{(factor.Enabled ? $"On: {SecondFactorPages.NameOf(factor.Method).ToLowerInvariant()}" : "Off: a password alone opens your account")}</span></a>
            <a class="tile" href="/account/sessions"><strong>Sessions</strong><span>{(sessions.Count == 1 ? "This one only" : $"{sessions.Count} are open")}</span></a>
            <a class="tile" href="/account/activity"><strong>Activity</strong><span>What happened with your account</span></a>
            </div>
            <section class="card">
            <h2>About you</h2>
            <dl class="facts">
            {(name.Length > 0 ? Html.Of($"<div><dt>Name</dt><dd>{name}</dd></div>") : Html.None)}
            <div><dt>Email address</dt><dd>{profile.Email} <a href="/account/email">Change<span class="unseen"> the email address</span></a></dd></div>
            {(v.Get<ISmsTransport>().Sends || profile.Phone is not null ? Phone(v, profile) : Html.None)}
            <div><dt>Member since</dt><dd>{FormParts.Time(profile.CreatedAt)}</dd></div>
            {(profile.LastLoginAt is { } at ? Html.Of($"<div><dt>Last signed in</dt><dd>{FormParts.Time(at)}</dd></div>") : Html.None)}
            </dl>
            </section>
            """)) { Tab = "/account" };
    }

    /// <summary>Where no text messages are sent, nobody is offered a number.</summary>
    private static Html Phone(Visit v, Profile profile) => Html.Of($"""
        <div><dt>Telephone number</dt><dd>{profile.Phone ?? "None"} {(v.Get<ISmsTransport>().Sends ? Html.Of($"<a href=\"/account/phone\">{(profile.Phone is null ? "Add" : "Change")}<span class=\"unseen\"> the telephone number</span></a>") : Html.None)}</dd></div>
        """);
}
