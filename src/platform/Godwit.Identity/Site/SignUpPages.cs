using Godwit.Identity.Consents;
using Godwit.Identity.Registration;
using Godwit.Identity.Requests;
using Godwit.Identity.Site.Frame;
using Godwit.Identity.Site.Markup;
using Godwit.Identity.Site.Serving;

namespace Godwit.Identity.Site;

/// <summary>Signing up, and confirming one's address.</summary>
internal static class SignUpPages
{
    public static void Map(SiteMap map)
    {
        map.Public("/account/sign-up", SignUp, SignUpAsync);
        map.Public("/account/check-mail", _ => Task.FromResult(CheckMail()));
        map.Public("/account/verify-email", Verify, VerifyAsync);
        map.Public("/account/words", WordsAsync);
    }

    private static Task<Page> SignUp(Visit v) => Task.FromResult(new Page("Create your account", null, Html.Of($"""
        {FormParts.Form(v, "/account/sign-up", Html.Of($"""
            {FormParts.Field(v, "email", "Email address", "email", "username")}
            {Names(v)}
            {FormParts.Field(v, "password", "Password", "password", "new-password", "Eight characters or more. A sentence is easy to remember and hard to guess.")}
            {Consents(v)}
            {FormParts.Button("Create account")}
            """))}
        {ProviderPages.Buttons(v, "/account")}
        <p class="foot">You have an account? <a href="/account/sign-in">Sign in</a></p>
        """)));

    public static Html Names(Visit v) => Html.Of($"""
        <div class="pair">
        {FormParts.Field(v, "firstName", "First name", fill: "given-name", optional: true)}
        {FormParts.Field(v, "lastName", "Last name", fill: "family-name", optional: true)}
        </div>
        """);

    public static Html Consents(Visit v) => Html.Of($"""
        <fieldset>
        <legend>What you agree to</legend>
        {FormParts.Tick(v, "terms", Html.Of($"I accept the <a href=\"/account/words#terms\" target=\"_blank\">terms</a>"), "consents.terms")}
        {FormParts.Tick(v, "privacy", Html.Of($"I have read the <a href=\"/account/words#privacy\" target=\"_blank\">privacy notice</a>"), "consents.privacy")}
        {FormParts.Tick(v, "marketing", Html.Of($"Send me news now and then <span class=\"aside\">optional</span>"))}
        {FormParts.Tick(v, "analytics", Html.Of($"Use my visits to make the service better <span class=\"aside\">optional</span>"))}
        </fieldset>
        """);

    public static ConsentChoices ChosenIn(Visit v) => new(v.Ticked("terms"), v.Ticked("privacy"), v.Ticked("marketing"), v.Ticked("analytics"));

    private static async Task<Reply> SignUpAsync(Visit v)
    {
        await v.Get<Registrar>().RegisterAsync(new RegisterRequest(v.Typed("email"), v.Typed("password"), v.Typed("firstName"), v.Typed("lastName"), ChosenIn(v)), v.Client, v.Cancellation);
        return new Reply.Go("/account/check-mail");
    }

    private static Page CheckMail() => new("Look into your mail", "If the address can be used, a mail with a link is on its way to it. The link is good for a day.", Html.Of($"""
        <p>Nothing came? Look among unwanted mails, and whether the address is spelled as it should be. <a href="/account/sign-up">Sign up again</a> for another mail.</p>
        <p class="foot"><a href="/account/sign-in">To the sign-in page</a></p>
        """));

    private static Task<Page> Verify(Visit v) => Task.FromResult(new Page("Confirm your address", "Enter the password that you chose when you signed up: so nobody makes an account in your name.", FormParts.Form(v, "/account/verify-email", Html.Of($"""
        {LinkField(v)}
        {FormParts.Field(v, "password", "Password", "password", "current-password")}
        {FormParts.Button("Confirm address")}
        """))));

    private static async Task<Reply> VerifyAsync(Visit v)
    {
        await v.Get<AddressVerifier>().VerifyAsync(new VerificationRequest(LinkOf(v), v.Typed("password")), v.Client, v.Cancellation);
        return new Reply.Go("/account/sign-in?notice=verified");
    }

    /// <summary>What stands behind the # of a mail's link, which browsers send to no server: the script puts it there and hides the field; without it a person does.</summary>
    public static Html LinkField(Visit v) => Html.Of($"""
        <div data-fragment>{FormParts.Field(v, "token", "Code of the link", hint: "Copy what stands behind the # in the address of this page, or in the mail's link.", fill: "off")}</div>
        """);

    /// <returns>The token, if the whole link was pasted, too.</returns>
    public static string? LinkOf(Visit v) => v.Typed("token") is { } typed ? typed[(typed.LastIndexOf('#') + 1)..].Trim() : null;

    private static async Task<Page> WordsAsync(Visit v)
    {
        var words = await v.Get<ConsentTexts>().NewestAsync(v.Cancellation);
        return new Page("What you agree to", null, Html.Of($"{words.OrderBy(w => w.Type is "terms" ? 0 : w.Type is "privacy" ? 1 : 2).Select(w => Html.Of($"""
            <section class="card" id="{w.Type}">
            <h2>{ConsentPages.NameOf(w.Type)} <span class="aside">version {w.Version}</span></h2>
            <div class="words">{w.Content}</div>
            </section>
            """))}"));
    }
}
