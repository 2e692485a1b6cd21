using Godwit.Identity.Browsers;
using Godwit.Identity.Login;
using Godwit.Identity.People;
using Godwit.Identity.SecondFactors;
using Godwit.Identity.Site.Frame;
using Godwit.Identity.Site.Markup;
using Godwit.Identity.Site.Serving;

namespace Godwit.Identity.Site;

/// <summary>Signing in, with a second factor where one is asked for, and out.</summary>
internal static class SignInPages
{
    /// <summary>Where signing in may lead: pages of an account, and nothing that an address says besides.</summary>
    private static readonly HashSet<string> s_next = new(StringComparer.Ordinal)
    {
        "/account", "/account/password", "/account/second-factor", "/account/devices", "/account/sessions", "/account/consents", "/account/activity", "/account/passkeys", "/account/data", "/account/email", "/account/phone", ProviderPages.Path,
    };

    public static void Map(SiteMap map)
    {
        map.Public(SiteMap.SignIn, SignIn, SignInAsync);
        map.Public("/account/sign-in/code", v => Task.FromResult(Code(v, NextOf(v))), CodeAsync);
        map.Action("/account/sign-out", OverviewPages.ShowAsync, v => SignOutAsync(v, v.Caller.Family, "logged out", "signed-out"), enrols: true);
        map.Action("/account/sign-out-everywhere", OverviewPages.ShowAsync, v => SignOutAsync(v, null, "logged out everywhere", "signed-out-everywhere"), enrols: true);
    }

    public static Task<Page> SignIn(Visit v) => Task.FromResult(new Page("Sign in", null, Html.Of($"""
        {FormParts.Form(v, SiteMap.SignIn, Html.Of($"""
            {FormParts.Hidden("next", NextOf(v))}
            {FormParts.Field(v, "email", "Email address", "email", "username")}
            {FormParts.Field(v, "password", "Password", "password", "current-password")}
            {FormParts.Button("Sign in")}
            """))}
        {PasskeyParts.Button("sign-in", "Sign in with a passkey", "quiet")}
        {ProviderPages.Buttons(v, NextOf(v))}
        <p class="foot"><a href="/account/magic-link">Mail me a link instead</a> · <a href="/account/password-reset">Forgot your password?</a></p>
        <p class="foot">New here? <a href="/account/sign-up">Create an account</a></p>
        """)));

    private static async Task<Reply> SignInAsync(Visit v)
    {
        return Finish(v, await v.Get<PasswordLogin>().LoginAsync(new LoginRequest(v.Typed("email"), v.Typed("password")), v.Client, v.Cancellation));
    }

    /// <summary>What any way in leads to: the account, or the question for a second factor.</summary>
    /// <param name="next">Where to, by what was kept; null for what the form or the address says.</param>
    public static Reply Finish(Visit v, LoginOutcome outcome, string? next = null)
    {
        var leads = next is not null && s_next.Contains(next) ? next : NextOf(v);
        if (outcome.Tokens is not { } tokens) return new Reply.Show(Code(v, leads, outcome.Challenge));
        SessionTransport.Set(v.Context, tokens);
        return new Reply.Go(leads);
    }

    private static Page Code(Visit v, string next, ChallengeDocument? challenge = null)
    {
        // Not the login's password, which the form before had.
        if ((challenge?.Challenge ?? v.Typed("challenge")) is not { } asked) return new Page("Sign in again", "There is nothing to enter a code for.", Html.Of($"<p><a class=\"button\" href=\"/account/sign-in\">Sign in</a></p>"));
        var method = challenge?.Method ?? v.Typed("method") ?? "";
        return new Page(method == "password" ? "One thing more" : "Your second factor", PasskeyParts.LeadOf(method), Html.Of($"""
            {PasskeyParts.CodeForm(v, "/account/sign-in/code", asked, method, challenge?.Passkey, "Go on", more: FormParts.Hidden("next", next))}
            <p class="foot"><a href="/account/sign-in">Begin again</a></p>
            """));
    }

    private static async Task<Reply> CodeAsync(Visit v)
    {
        var tokens = await v.Get<SecondFactorLogin>().LoginAsync(new CodeRequest(v.Typed("challenge"), v.Typed("code"), PasskeyParts.CredentialOf(v)), v.Client, v.Cancellation);
        SessionTransport.Set(v.Context, tokens);
        return new Reply.Go(NextOf(v));
    }

    private static async Task<Reply> SignOutAsync(Visit v, Guid? family, string reason, string notice)
    {
        await v.Get<OwnSessions>().EndAsync(v.Caller, family, reason, v.Client, v.Cancellation);
        SessionCookies.Clear(v.Context);
        return new Reply.Go($"{SiteMap.SignIn}?notice={notice}");
    }

    public static string NextOf(Visit v) => (v.Typed("next") ?? v.Asked("next")) is { } next && s_next.Contains(next) ? next : "/account";
}
