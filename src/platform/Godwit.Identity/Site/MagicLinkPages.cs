using Godwit.Identity.Browsers;
using Godwit.Identity.MagicLinks;
using Godwit.Identity.Site.Frame;
using Godwit.Identity.Site.Markup;
using Godwit.Identity.Site.Serving;

namespace Godwit.Identity.Site;

/// <summary>Signing in by a mailed link, in the browser that has asked for it.</summary>
internal static class MagicLinkPages
{
    private const string Path = "/account/magic-link";

    public static void Map(SiteMap map)
    {
        map.Public(Path, v => Task.FromResult(Ask(v)), AskAsync);
        map.Public(Path + "/confirm", v => Task.FromResult(new Page("Sign in by the link", null, ConfirmForm(v))), ConfirmAsync);
    }

    private static Page Ask(Visit v) => new("Sign in by a mailed link", null, Html.Of($"""
        <section data-without-fragment>
        <p class="lead">We mail you a link that signs you in. It is good for a quarter of an hour, in this browser.</p>
        {FormParts.Form(v, Path, Html.Of($"{FormParts.Field(v, "email", "Email address", "email", "username")}{FormParts.Button("Send the link")}"))}
        </section>
        <section data-with-fragment>
        <h2 class="aside">You have the link?</h2>
        {ConfirmForm(v)}
        </section>
        <p class="foot"><a href="/account/sign-in">To the sign-in page</a></p>
        """));

    private static Html ConfirmForm(Visit v) => FormParts.Form(v, Path + "/confirm", Html.Of($"{SignUpPages.LinkField(v)}{FormParts.Button("Sign in")}"));

    private static async Task<Reply> AskAsync(Visit v)
    {
        var answer = await v.Get<MagicLinkLogin>().RequestAsync(new MagicLinkRequest(v.Typed("email")), v.Client, v.Cancellation);
        SessionCookies.Add(v.Context, SessionCookies.Link, answer.Request, TimeSpan.FromSeconds(answer.ExpiresIn));
        return new Reply.Show(new Page("Look into your mail", answer.Message, Html.Of($"<p>Open it in this browser.</p><p class=\"foot\"><a href=\"/account/sign-in\">To the sign-in page</a></p>")));
    }

    private static async Task<Reply> ConfirmAsync(Visit v)
    {
        var outcome = await v.Get<MagicLinkLogin>().ConfirmAsync(new MagicLinkConfirmation(SignUpPages.LinkOf(v), SessionCookies.Read(v.Context, SessionCookies.Link)), v.Client, v.Cancellation);
        return SignInPages.Finish(v, outcome);
    }
}
