using Godwit.Identity.People;
using Godwit.Identity.Recovery;
using Godwit.Identity.Requests;
using Godwit.Identity.Site.Frame;
using Godwit.Identity.Site.Markup;
using Godwit.Identity.Site.Serving;

namespace Godwit.Identity.Site;

/// <summary>New passwords: by a mailed link, or by the one before.</summary>
internal static class RecoveryPages
{
    public static void Map(SiteMap map)
    {
        map.Public("/account/password-reset", v => Task.FromResult(Reset(v)), RequestAsync);
        map.Public("/account/password-reset/confirm", v => Task.FromResult(Confirm(v)), ConfirmAsync);
        map.Private("/account/password", v => Task.FromResult(Change(v)), ChangeAsync);
    }

    /// <summary>Mails lead here with a link and without one. The script shows what fits; without it both stand here.</summary>
    private static Page Reset(Visit v) => new("A new password", null, Html.Of($"""
        <section data-without-fragment>
        <p class="lead">We mail you a link to choose one. It is good for half an hour.</p>
        {FormParts.Form(v, "/account/password-reset", Html.Of($"{FormParts.Field(v, "email", "Email address", "email", "username")}{FormParts.Button("Send the link")}"))}
        </section>
        <section data-with-fragment>
        <h2 class="aside">You have the link?</h2>
        {ConfirmForm(v)}
        </section>
        <p class="foot"><a href="/account/sign-in">To the sign-in page</a></p>
        """));

    private static async Task<Reply> RequestAsync(Visit v)
    {
        await v.Get<PasswordRecovery>().RequestAsync(new ResetRequest(v.Typed("email")), v.Client, v.Cancellation);
        return new Reply.Show(new Page("Look into your mail", "If the address has an account, a mail with a link is on its way to it. The link is good for half an hour.", Html.Of($"<p class=\"foot\"><a href=\"/account/sign-in\">To the sign-in page</a></p>")));
    }

    private static Page Confirm(Visit v) => new("Choose a new password", null, ConfirmForm(v));

    private static Html ConfirmForm(Visit v) => FormParts.Form(v, "/account/password-reset/confirm", Html.Of($"""
        {SignUpPages.LinkField(v)}
        {FormParts.Field(v, "password", "New password", "password", "new-password", "Eight characters or more. You are signed out everywhere.")}
        {FormParts.Button("Set the password")}
        """));

    private static async Task<Reply> ConfirmAsync(Visit v)
    {
        await v.Get<PasswordRecovery>().ConfirmAsync(new ResetConfirmation(SignUpPages.LinkOf(v), v.Typed("password")), v.Client, v.Cancellation);
        return new Reply.Go("/account/sign-in?notice=password-set");
    }

    private static Page Change(Visit v) => new("Password", "A new password ends all other sessions.", Html.Of($"""
        <section class="card">
        {FormParts.Form(v, "/account/password", Html.Of($"""
            {FormParts.Field(v, "currentPassword", "Current password", "password", "current-password")}
            {FormParts.Field(v, "newPassword", "New password", "password", "new-password", "Eight characters or more. A sentence is easy to remember and hard to guess.")}
            {FormParts.Button("Change password")}
            """))}
        </section>
        """)) { Tab = "/account/password" };

    private static async Task<Reply> ChangeAsync(Visit v)
    {
        await v.Get<OwnPassword>().ChangeAsync(v.Caller, new PasswordChange(v.Typed("currentPassword"), v.Typed("newPassword")), v.Client, v.Cancellation);
        return new Reply.Go("/account/password?notice=password-changed");
    }
}
