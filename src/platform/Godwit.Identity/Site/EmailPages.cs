using System.Text.Json;
using Godwit.Identity.EmailChange;
using Godwit.Identity.Site.Frame;
using Godwit.Identity.Site.Markup;
using Godwit.Identity.Site.Serving;

namespace Godwit.Identity.Site;

/// <summary>Another address: asked for, confirmed by the new one's mail, and taken back by the former one's.</summary>
internal static class EmailPages
{
    private const string Change = "/account/email", Confirm = "/account/email-confirm", Undo = "/account/email-undo";

    public static void Map(SiteMap map)
    {
        map.Private(Change, v => Task.FromResult(v.Typed("challenge") is { } asked ? Proof(v, asked, v.Typed("method") ?? "", null) : ChangePage(v)), ChangeAsync);
        // The link may be opened where nobody is signed in: it asks for the password there.
        map.Either(Confirm, v => Task.FromResult(ConfirmPage(v)), ConfirmAsync);
        map.Public(Undo, v => Task.FromResult(UndoPage(v)), UndoAsync);
    }

    private static Page ChangePage(Visit v) => new("Email address", "We mail a link to the new address. Your account keeps the one that it has until you follow it.", Html.Of($"""
        <section class="card">
        {FormParts.Form(v, Change, Html.Of($"""
            {FormParts.Field(v, "newEmail", "New email address", "email", "email")}
            {FormParts.Field(v, "password", "Password", "password", "current-password")}
            {FormParts.Button("Send the link")}
            """))}
        </section>
        """)) { Tab = "/account" };

    private static Page Proof(Visit v, string challenge, string method, JsonElement? passkey) => ProofParts.Ask(v, "Change your address", Change, "newEmail", challenge, method, passkey);

    private static async Task<Reply> ChangeAsync(Visit v)
    {
        var request = new EmailChangeRequest(v.Typed("newEmail"), v.Typed("password"), v.Typed("challenge"), v.Typed("code"), PasskeyParts.CredentialOf(v));
        if (await v.Get<EmailChanger>().RequestAsync(v.Caller, request, v.Client, v.Cancellation) is { } asked) return new Reply.Show(Proof(v, asked.Challenge, asked.Method, asked.Passkey));
        return new Reply.Go("/account?notice=email-asked");
    }

    /// <summary>Who has signed in to another account than the link's is asked for the password, too, once that is found.</summary>
    private static Page ConfirmPage(Visit v) => new("Confirm your new address", "Your account gets this address, and all other sessions end.", Html.Of($"""
        <section class="card">
        {FormParts.Form(v, Confirm, Html.Of($"""
            {SignUpPages.LinkField(v)}
            {(v.IsKnown && v.Problem is null or { Status: not 401 } ? Html.None : FormParts.Field(v, "password", "Password", "password", "current-password", "Of the account that is to have the address."))}
            {FormParts.Button("Confirm address")}
            """))}
        </section>
        """)) { Tab = "/account" };

    private static async Task<Reply> ConfirmAsync(Visit v)
    {
        await v.Get<EmailConfirmer>().ConfirmAsync(new EmailConfirmation(SignUpPages.LinkOf(v), v.Typed("password")), v.IsKnown ? v.Caller : null, v.Client, v.Cancellation);
        return new Reply.Go(v.IsKnown ? "/account?notice=email-changed" : $"{SiteMap.SignIn}?notice=email-changed");
    }

    private static Page UndoPage(Visit v) => new("Take the new address back", "Your account gets its former address again. All sessions end, and the password opens nothing any more: you choose a new one by mail.", FormParts.Form(v, Undo, Html.Of($"""
        {SignUpPages.LinkField(v)}
        {FormParts.Button("Have the former address back", "bad")}
        """)));

    private static async Task<Reply> UndoAsync(Visit v)
    {
        await v.Get<EmailUndo>().UndoAsync(new EmailUndoRequest(SignUpPages.LinkOf(v)), v.Client, v.Cancellation);
        return new Reply.Go("/account/password-reset?notice=email-restored");
    }
}
